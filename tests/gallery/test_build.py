"""Building a gallery: what is stale and why, one item at a time, whatever happens meanwhile."""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from galleries import OWN, everything, files, make, stale, write
from programs import TRAJVIZ, begin, loaded, processes, trajviz

from trajviz.errors import TrajvizError
from trajviz.gallery.lock import Lock


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = write(tmp_path_factory.mktemp("built") / "gallery")
    done = trajviz("gallery", "build", "-j", "1", cwd=folder.parent)
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


@pytest.fixture
def built(once, tmp_path):
    """A gallery of its own for each test, all of it current."""
    return Path(shutil.copytree(once[0], tmp_path / "gallery"))


# What is made


def test_a_build_makes_every_file_the_lock_and_the_page_and_nothing_else(once):
    folder, said = once
    assert files(folder) == {
        "gallery.toml", "own.py", "own.csv", "own.toml", "gallery.lock", "index.html", "README.md",
        "a.gif", "a.png", "sub/b.gif",
    }  # fmt: skip
    first, second, last = said.splitlines()
    assert first.startswith("a: new; made a.gif a.png, ")
    assert second.startswith("b: new; made sub/b.gif, ")
    total = sum(map(len, everything(folder).values()))
    assert last == f"2 items, 10 files, {total / 1e6:.1f} MB in all"


def test_what_is_built_is_what_render_makes(built, tmp_path):
    options = ["--size", "160x120", "--seconds", "0.2", "--hold", "0", "--steps", "5"]
    done = trajviz("render", "x**2 + y**2", *options, "-o", "b.gif", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "b.gif").read_bytes() == (built / "sub" / "b.gif").read_bytes()


def test_nothing_is_stale_after_a_build_even_somewhere_else(built, monkeypatch):
    assert stale(built) == {}
    monkeypatch.chdir(built.parent)
    assert stale("gallery") == {}
    assert stale(built.parent / "gallery" / ".." / "gallery") == {}


def test_a_build_with_nothing_to_do_writes_nothing(built):
    times = {path: path.stat().st_mtime_ns for path in built.rglob("*")}
    done = trajviz("gallery", "build", built)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("everything is current: 2 items")
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == times


# Why something is stale


def append(path, text):
    path.write_bytes(path.read_bytes() + text.encode())


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


EDITS = {
    "recipe": (
        lambda g: edit(g / "gallery.toml", "steps = 5", "steps = 6"),
        {"a": ("recipe changed",), "b": ("recipe changed",)},
    ),
    "surface": (
        lambda g: edit(g / "own.py", "3 * y", "4 * y"),
        {"a": ("surface changed",)},
    ),
    "theme": (
        lambda g: append(g / "own.toml", "levels = 9\n"),
        {"a": ("theme own.toml changed",)},
    ),
    "paths": (
        lambda g: edit(g / "own.csv", "1,0,0", "1,0,0.5"),
        {"a": ("file own.csv changed",)},
    ),
    "missing": (
        lambda g: (g / "a.png").unlink(),
        {"a": ("a.png is missing",)},
    ),
    "edited": (
        lambda g: append(g / "sub" / "b.gif", "x"),
        {"b": ("sub/b.gif was edited",)},
    ),
    "new": (
        lambda g: append(
            g / "gallery.toml", '[[animation]]\nname = "c"\nsurface = "bowl"\noutputs = ["c.gif"]\n'
        ),
        {"c": ("new",)},
    ),
    "another output": (
        lambda g: edit(g / "gallery.toml", '"a.png"]', '"a.png", "a.svg"]'),
        {"a": ("a.svg is missing",), "page": ("what it says changed",)},
    ),
    "page edited": (
        lambda g: edit(g / "index.html", "Small", "Large"),
        {"page": ("index.html was edited",)},
    ),
    "page missing": (
        lambda g: (g / "README.md").unlink(),
        {"page": ("README.md is missing",)},
    ),
    "page's words": (
        lambda g: edit(g / "gallery.toml", 'name = "b"', 'name = "b"\ncaption = "New."'),
        {"page": ("what it says changed",)},
    ),
    "no lock": (
        lambda g: (g / "gallery.lock").unlink(),
        {"a": ("new",), "b": ("new",), "page": ("new",)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", EDITS)
def test_what_changed_is_stale_and_says_why(what, built):
    change, expected = EDITS[what]
    change(built)
    found = stale(built)
    if what == "recipe":
        assert found.pop("page") == ("what it says changed",)  # the command is on it
    assert found == expected


def test_check_says_what_is_stale_and_the_command_that_mends_it(built):
    assert trajviz("gallery", "check", built).stdout == "everything is current\n"
    (built / "a.png").unlink()
    append(built / "sub" / "b.gif", "x")
    done = trajviz("gallery", "check", built)
    assert done.returncode == 1
    assert done.stdout == "a: a.png is missing\nb: sub/b.gif was edited\n"
    assert done.stderr == f"To mend this: trajviz gallery build {built}\n"
    done = trajviz("gallery", "check", cwd=built.parent)
    assert (done.returncode, done.stderr) == (1, "To mend this: trajviz gallery build\n")


@pytest.mark.parametrize("what", EDITS)
def test_a_build_mends_it_and_makes_nothing_else(what, built):
    change, expected = EDITS[what]
    before = everything(built)
    change(built)
    noted = make(built)
    expected = {name: reasons for name, reasons in expected.items() if name != "page"}
    assert (noted.made, noted.errors) == (expected, {})
    assert stale(built) == {}
    if what in ("missing", "edited", "page edited", "page missing", "no lock"):
        assert everything(built) == before


def test_a_changed_optimizer_or_helper_or_schedule_makes_its_items_stale(built, monkeypatch):
    from trajviz.gallery import definitions

    read = Path.read_bytes

    def reading(name):
        def changed(path):
            return read(path) + (b"#" if path.name == name else b"")

        monkeypatch.setattr(Path, "read_bytes", changed)
        found = stale(built)
        monkeypatch.setattr(Path, "read_bytes", read)
        return found

    assert reading("sgd.py") == {
        "a": ("optimizer sgd changed",),
        "b": ("optimizer sgd changed",),
    }
    assert reading("_line_search.py") == {"a": ("optimizer conjugate-gradient changed",)}
    assert reading("_rows.py") == {"a": ("optimizer conjugate-gradient changed",)}
    assert reading("light.toml") == {"b": ("theme light changed",)}
    monkeypatch.setattr(definitions.inspect, "getsource", lambda _: "another")
    assert stale(built) == {"a": ("schedule cosine changed",)}


def test_a_changed_template_makes_the_page_stale_and_no_item(built, monkeypatch):
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == "page.css")
    )
    assert stale(built) == {"page": ("its template changed",)}


def test_spelling_and_line_endings_make_nothing_stale(built):
    edit(built / "gallery.toml", '"conjugate-gradient"]', '{ name = "conjugate_gradient" }]')
    edit(built / "gallery.toml", "seconds = 0.2", "seconds = 0.20\nseed = 0")
    (built / "own.py").write_bytes(OWN.replace("\n", "\r\n").encode())
    assert {name for name in stale(built) if name != "page"} == set()


def test_other_versions_are_a_note_and_stale_only_when_asked(built):
    data = json.loads((built / "gallery.lock").read_text())
    for item in data["items"].values():
        item["versions"]["numpy"] = "1.0"
    (built / "gallery.lock").write_text(json.dumps(data))
    done = trajviz("gallery", "check", built)
    assert done.returncode == 0
    assert done.stdout == "everything is current\n"
    assert "note: 2 items were made with numpy 1.0, here is " in done.stderr
    strict = trajviz("gallery", "check", "--strict", built)
    assert strict.returncode == 1
    assert "a: made with numpy 1.0\n" in strict.stdout
    assert strict.stderr.endswith(f"build {built} --strict\n")
    make(built, strict=True)
    assert stale(built, strict=True) == {}


def test_an_item_that_is_gone_is_told_and_forgotten(built):
    text = (built / "gallery.toml").read_text()
    (built / "gallery.toml").write_text(text.partition('[[animation]]\nname = "b"')[0])
    done = trajviz("gallery", "build", built)
    assert done.stderr == "note: 'b' is no item any more; nothing needs its files: sub/b.gif\n"
    assert set(Lock(built).made) == {"a"}
    assert "sub/b.gif" not in (built / "index.html").read_text()
    assert trajviz("gallery", "check", built).stderr == ""


# Options


def test_only_makes_what_is_named_and_force_what_is_current(built):
    (built / "a.gif").unlink()
    (built / "sub" / "b.gif").unlink()
    assert make(built, only=["b"]).made == {"b": ("sub/b.gif is missing",)}
    assert not (built / "a.gif").exists()
    assert make(built, only=["b"], force=True).made == {"b": ("forced",)}
    assert make(built, force=True).made == {"a": ("a.gif is missing",), "b": ("forced",)}
    done = trajviz("gallery", "build", built, "--only", "c")
    assert (done.returncode, done.stderr) == (2, "Error: unknown item 'c'. Known: a, b\n")


def test_a_dry_run_says_what_would_be_made_and_makes_nothing(built):
    (built / "a.gif").unlink()
    before = everything(built)
    done = trajviz("gallery", "build", built, "--dry-run")
    assert (done.returncode, done.stdout) == (0, "a: a.gif is missing\n")
    done = trajviz("gallery", "build", built, "--dry-run", "--force")
    assert done.stdout == "a: a.gif is missing\nb: forced\n"
    assert everything(built) == before


def test_quiet_says_only_what_fails(built):
    (built / "a.gif").unlink()
    done = trajviz("gallery", "build", built, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (built / "a.gif").exists()


# What goes wrong


def test_an_item_that_fails_leaves_the_others_to_be_made(built):
    old = (built / "a.gif").read_bytes()
    edit(built / "own.py", "return x**2", "return nothing")
    (built / "sub" / "b.gif").unlink()
    done = trajviz("gallery", "build", built, "-j", "1")
    assert done.returncode == 3
    message, last = done.stderr.splitlines()
    assert message.startswith(f"a: {built}/own.py, line 6: NameError")
    assert last == "Error: not made: a"
    assert "b: sub/b.gif is missing; made" in done.stdout
    assert (built / "a.gif").read_bytes() == old
    assert stale(built) == {"a": ("surface changed",)}
    assert ".building" not in {path.name for path in built.iterdir()}


def test_a_worker_that_dies_is_told_with_its_item_and_the_others_are_made(built):
    edit(built / "own.py", "\n\ndef formula", "\nimport os\n\nos._exit(9)\n\ndef formula")
    (built / "sub" / "b.gif").unlink()
    done = trajviz("gallery", "build", built, "-j", "2")
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "a: its worker process died (exit code 9)",
        "Error: not made: a",
    ]
    assert (built / "sub" / "b.gif").exists()
    assert stale(built) == {"a": ("surface changed",)}


WRONG = {
    '[[animation]]\nsurface = "beal"\noutputs = ["x.gif"]': "did you mean 'beale'?",
    '[[animation]]\nsurface = "no.py"\noutputs = ["x.gif"]': "no surface file",
    '[[animation]]\nsurface = "x**"\noutputs = ["x.gif"]': "x**",
    '[[animation]]\nsurface = "bowl"\ntheme = "lihgt"\noutputs = ["x.gif"]': "'light'",
    '[[animation]]\nsurface = "bowl"\npaths = ["no.csv"]\noutputs = ["x.gif"]': "no file of paths",
    '[[animation]]\nsurface = "bowl"\ncaptoin = "x"\noutputs = ["x.gif"]': "'caption'",
    "[[animation]": "line ",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_a_wrong_request_is_one_line_before_anything_is_made(text, says, built):
    append(built / "gallery.toml", text)
    (built / "a.gif").unlink()
    for attempt in (stale, make):
        with pytest.raises(TrajvizError) as caught:
            attempt(built)
        assert says in str(caught.value)
        assert "\n" not in str(caught.value)
    assert not (built / "a.gif").exists()


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_wrong_request_exits_with_2(command, built):
    append(built / "gallery.toml", "[[animation")
    done = trajviz("gallery", command, built)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {built}/gallery.toml, line ")


BROKEN = ["", "{", "[]", '{"items": 3}', '{"items": {"a": {"title": 3}}}', "<<<<<<< HEAD", "\xff"]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_lock_is_told_and_not_overwritten(text, built):
    (built / "gallery.lock").write_bytes(text.encode("latin-1"))
    for attempt in (stale, make):
        with pytest.raises(TrajvizError, match=r"gallery\.lock is broken: delete it, and build"):
            attempt(built)
    assert (built / "gallery.lock").read_bytes() == text.encode("latin-1")


def test_without_jinja2_the_extra_is_named_before_anything_is_made(built):
    site = built.parent / "site"
    site.mkdir()
    (site / "jinja2.py").write_text("raise ImportError\n")
    env = {
        "PYTHONPATH": os.pathsep.join([str(site), *sys.path[1:2], os.environ.get("PYTHONPATH", "")])
    }
    assert trajviz("gallery", "build", built, env=env).returncode == 0
    assert trajviz("gallery", "check", built, env=env).returncode == 0
    (built / "a.gif").unlink()
    done = trajviz("gallery", "build", built, env=env)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: the gallery's page needs Jinja2: pip install ")
    assert not (built / "a.gif").exists()


@pytest.mark.parametrize("command", ["build", "check"])
def test_a_look_that_finds_nothing_to_do_loads_no_drawing_library(command, built):
    seen = loaded(TRAJVIZ, "gallery", command, built, folder=built)
    heavy = {"matplotlib", "imageio", "imageio_ffmpeg", "contourpy", "jinja2", "distributed"}
    assert seen & heavy == set()
    assert "numpy" in seen


# Interrupted in the middle

LONG = """
[defaults]
size = [160, 120]
seconds = 0.2
hold = 0
steps = 5

[[animation]]
name = "short"
surface = "bowl"
outputs = ["short.gif"]

[[animation]]
name = "long"
surface = "beale"
size = [640, 480]
steps = 3000
seconds = 120
outputs = ["long.mp4", "long.gif"]
optimizers = ["sgd:lr=0.001"]
"""


def wait_for(condition, process):
    while not condition():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def marked(mark):
    """Return the processes whose environment bears a mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().decode(errors="replace"):
                found.append(path.parent.name)
        except OSError:
            continue  # it has ended, or is none of ours
    return found


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_an_interrupt_leaves_no_half_file_and_nobody_and_the_next_build_goes_on(
    number, code, says, tmp_path
):
    folder = write(tmp_path / "gallery", LONG)
    before = files(folder)
    mark = f"trajviz-test-{tmp_path}-{number}"
    process = begin("gallery", "build", folder, "-j", "2", env={**os.environ, "TRAJVIZ_MARK": mark})
    half = folder / ".building" / "long"
    wait_for(lambda: (folder / "short.gif").exists() and any(half.glob(".long-*.mp4")), process)
    wait_for(lambda: "short" in Lock(folder).made, process)
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    sent = time.monotonic()
    _, err = process.communicate()
    assert time.monotonic() - sent < 10  # a second on a machine that has nothing else to do
    assert process.returncode == code
    # The video's writer has a word of its own where no frame had come yet.
    ours = [line for line in err.splitlines() if line and "No frames have been written" not in line]
    assert ours == [f"Error: {says}"]
    assert files(folder) - before == {"short.gif", "gallery.lock"}
    while marked(mark):
        time.sleep(0.01)
    assert processes(f"{folder}/") == []
    assert stale(folder, only=["short", "long"]) == {"long": ("new",), "page": ("new",)}
    edit(folder / "gallery.toml", "seconds = 120", "seconds = 0.2")
    assert make(folder).made == {"long": ("new",)}
    assert stale(folder) == {}


def test_what_a_killed_build_left_is_removed_and_two_builds_do_not_meet(tmp_path):
    folder = write(tmp_path / "gallery", LONG)
    process = begin("gallery", "build", folder, "-j", "2")
    half = folder / ".building" / "long"
    wait_for(lambda: any(half.glob(".long-*.mp4")), process)
    with pytest.raises(TrajvizError, match="another build is at work in"):
        make(folder, only=["short"], force=True)
    process.kill()
    process.communicate()
    assert (folder / ".building").exists()
    edit(folder / "gallery.toml", "seconds = 120", "seconds = 0.2")
    assert "long" in make(folder).made
    assert not (folder / ".building").exists()
