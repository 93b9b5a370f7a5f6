"""Building a gallery: what is made, what goes wrong, and what an interrupt leaves."""

import itertools
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from galleries import Noted, append, edit, everything, files, make, stale, threads, write
from programs import TRAJVIZ, begin, invoke, loaded, processes, trajviz

import trajviz as library
from trajviz.errors import TrajvizError
from trajviz.gallery.build import BuildResult, build
from trajviz.gallery.executor import JobExecutor
from trajviz.gallery.lock import Lock
from trajviz.gallery.plan import plan_gallery

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


SMALL = ["--size", "160x120", "--seconds", "0.2", "--hold", "0", "--steps", "5"]


def test_what_is_built_is_what_render_makes(built, tmp_path):
    done = invoke("render", "x**2 + y**2", *SMALL, "-o", "b.gif", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "b.gif").read_bytes() == (built / "sub" / "b.gif").read_bytes()


def test_what_is_to_move_moves_as_render_makes_it_move(built, tmp_path):
    append(built / "gallery.toml", "animate = true\n")
    edit(built / "gallery.toml", "sub/b.gif", "b.svg")
    assert make(built).reasons.keys() == {"b"}
    done = invoke("render", "x**2 + y**2", *SMALL, "--animate", "-o", "b.svg", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "b.svg").read_bytes() == (built / "b.svg").read_bytes()
    assert b"animation" in (built / "b.svg").read_bytes()


def test_halves_of_an_item_are_made_and_shown_as_render_makes_them(built, tmp_path):
    append(built / "gallery.toml", 'theme = "auto"\n')
    edit(built / "gallery.toml", '"sub/b.gif"', '"b.png", "b.dark.png"')
    assert make(built).reasons.keys() == {"b"}
    for name, theme in (("b.png", "light"), ("b.dark.png", "dark")):
        done = invoke("render", "x**2 + y**2", *SMALL, "--theme", theme, "-o", name, cwd=tmp_path)
        assert done.returncode == 0
        assert (tmp_path / name).read_bytes() == (built / name).read_bytes()
    assert 'srcset="b.dark.png"' in (built / "index.html").read_text("utf-8")


def test_a_build_with_nothing_to_do_writes_nothing(built):
    times = {path: path.stat().st_mtime_ns for path in built.rglob("*")}
    done = invoke("gallery", "build", built)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("everything is current: 2 items")
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == times


@contextmanager
def nobody():
    pytest.fail("nobody is needed")
    yield


def test_where_no_item_is_stale_no_executor_is_needed(built):
    (built / "README.md").unlink()
    assert build(plan_gallery(built), nobody(), Noted()) == BuildResult(
        made=0, failed=(), page=True
    )
    assert build(plan_gallery(built), nobody(), Noted()) == BuildResult(
        made=0, failed=(), page=False
    )


def test_a_build_says_how_many_items_were_made_which_failed_and_whether_the_page_was_written(built):
    (built / "sub" / "b.gif").unlink()
    edit(built / "own.py", "return x**2", "return nothing")
    result = build(plan_gallery(built), threads(), Noted())
    assert result == BuildResult(made=1, failed=("a",), page=False)


def test_what_is_told_of_an_item_is_the_size_of_its_files(built):
    noted = make(built, force=True)
    made = {name: len(data) for name, data in everything(built).items()}
    assert noted.sizes == {"a": made["a.gif"] + made["a.png"], "b": made["sub/b.gif"]}


def test_no_more_jobs_are_given_than_the_executor_should_have_and_none_is_forgotten(tmp_path):
    folder = write(tmp_path / "gallery", MANY)
    waiting, most = [], []

    class Counted(ThreadPoolExecutor):
        def submit(self, *args):
            future = super().submit(*args)
            waiting.append(future)
            most.append(sum(not one.done() for one in waiting))
            return future

    @contextmanager
    def counted():
        with Counted(1) as pool:
            yield JobExecutor(executor=pool, capacity=2)

    noted = Noted()
    build(plan_gallery(folder), counted(), noted)
    assert len(noted.reasons) == 5
    assert {name for names in noted.running for name in names} <= noted.reasons.keys()
    assert noted.running[-1] == []
    assert max(map(len, noted.running)) <= 2
    assert max(most) <= 2


def test_what_keeps_jobs_from_being_done_is_told_once_until_it_is_something_else(tmp_path):
    folder, noted = write(tmp_path / "gallery", MANY), Noted()
    said = itertools.chain(["one", "one", "", "one"], itertools.repeat("other"))

    @contextmanager
    def hindered():
        with threads() as jobs:
            yield replace(jobs, obstacle=said.__next__)

    build(plan_gallery(folder), hindered(), noted)
    assert noted.obstacles == ["one", "one", "other"]


def test_what_will_never_be_done_ends_the_build(built):
    (built / "sub" / "b.gif").unlink()

    def gone():
        raise ConnectionError("gone")

    @contextmanager
    def without_hope():
        with threads() as jobs:
            yield replace(jobs, obstacle=gone)

    noted = Noted()
    with pytest.raises(ConnectionError):
        build(plan_gallery(built), without_hope(), noted)
    assert noted.errors == {}
    assert stale(built) == {"b": ("sub/b.gif is missing",)}


def test_what_another_version_has_rendered_is_told_with_both_and_not_kept(built, monkeypatch):
    (built / "sub" / "b.gif").unlink()
    monkeypatch.setattr("trajviz.gallery.render.installed_versions", lambda: {"trajviz": "0.0.9"})
    said = f"trajviz 0.0.9 has rendered it, here is {library.__version__}"
    assert make(built).errors == {"b": said}
    assert not (built / "sub" / "b.gif").exists()


MANY = """
[[sweep]]
name = "many"
surface = "bowl"
optimizers = ["sgd:lr=0.1"]
size = [160, 120]
steps = 2
grid = { seed = [1, 2, 3, 4, 5] }
outputs = ["{name}.png"]
"""


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_is_written_through(built, tmp_path):
    elsewhere = tmp_path / "elsewhere.gif"
    elsewhere.touch()
    (built / "a.gif").unlink()
    (built / "a.gif").symlink_to(elsewhere)
    old = (built / "a.png").read_bytes()
    assert make(built).reasons == {"a": ("a.gif was edited",)}
    assert (built / "a.gif").is_symlink()
    assert elsewhere.read_bytes()[:3] == b"GIF"
    assert (built / "a.png").read_bytes() == old


def test_an_item_may_be_called_as_anything_of_ours_is(built):
    edit(built / "gallery.toml", 'name = "b"', 'name = "lock"')
    assert make(built).reasons == {"lock": ("new",)}
    assert stale(built) == {}


# Options


def test_only_makes_what_is_named_and_force_what_is_current(built):
    (built / "a.gif").unlink()
    (built / "sub" / "b.gif").unlink()
    assert make(built, only=["b"]).reasons == {"b": ("sub/b.gif is missing",)}
    assert not (built / "a.gif").exists()
    assert make(built, force=True).reasons == {"a": ("a.gif is missing",), "b": ("forced",)}


def test_force_lifts_the_limits_that_only_protect_your_time(built, monkeypatch):
    from trajviz import race

    monkeypatch.setattr(race, "_check_patience", refuse)
    assert make(built).errors == {}
    (built / "sub" / "b.gif").unlink()
    assert make(built).errors == {"b": "it would take long"}
    assert make(built, force=True).errors == {}


def refuse(*_):
    raise TrajvizError("it would take long")


@pytest.mark.usefixtures("in_threads")
def test_quiet_says_only_what_fails(built):
    (built / "a.gif").unlink()
    done = invoke("gallery", "build", built, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (built / "a.gif").exists()


# What goes wrong


@pytest.mark.usefixtures("in_threads")
def test_an_item_that_fails_leaves_the_others_to_be_made(built):
    old = (built / "a.gif").read_bytes()
    edit(built / "own.py", "return x**2", "return nothing")
    (built / "sub" / "b.gif").unlink()
    done = invoke("gallery", "build", built)
    assert done.returncode == 3
    message, last = done.stderr.splitlines()
    assert message.startswith(f"a: {built}/own.py, line 6: NameError")
    assert last == "Error: not made: a"
    assert "b: sub/b.gif is missing; made" in done.stdout
    assert (built / "a.gif").read_bytes() == old
    assert stale(built) == {"a": ("surface changed",)}
    assert ".building" not in {path.name for path in built.iterdir()}


def test_an_error_of_others_is_told_with_its_kind_in_one_line(built, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("two\n  lines")

    monkeypatch.setattr("trajviz.race.run", fail)
    (built / "sub" / "b.gif").unlink()
    assert make(built).errors == {"b": "RuntimeError: two lines"}


@pytest.mark.long
def test_a_worker_that_dies_is_told_with_its_item_and_the_others_are_made(built):
    edit(built / "own.py", "\n\ndef formula", "\nimport os\n\nos._exit(9)\n\ndef formula")
    (built / "sub" / "b.gif").unlink()
    done = invoke("gallery", "build", built, "-j", "1")
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "a: its worker process died (exit code 9)",
        "Error: not made: a",
    ]
    assert (built / "sub" / "b.gif").exists()
    assert stale(built) == {"a": ("surface changed",)}


def test_without_jinja2_the_extra_is_named_before_anything_is_made(built):
    site = built.parent / "site"
    site.mkdir()
    (site / "jinja2.py").write_text("raise ImportError\n")
    (built / "a.gif").unlink()
    paths = [str(site), os.environ.get("PYTHONPATH", "")]
    done = trajviz("gallery", "build", built, env={"PYTHONPATH": os.pathsep.join(paths)})
    assert done.returncode == 2
    assert done.stderr.startswith(
        "Error: the gallery's page needs Jinja2, which is not installed: "
    )
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


@pytest.mark.long
def test_after_a_kill_the_next_build_makes_only_what_was_not_made(tmp_path):
    folder = write(tmp_path / "gallery", MANY.replace("[1, 2, 3, 4, 5]", f"{list(range(50))}"))
    process = begin("gallery", "build", folder, "-j", "1")
    wait_for(lambda: (folder / "many-seed=5.png").exists(), process)
    process.kill()
    process.communicate()
    done = {path.stem for path in folder.glob("*.png")}
    assert (folder / "gallery.lock.journal").exists()
    left = {name: reasons for name, reasons in stale(folder).items() if name != "page"}
    assert set(left.values()) == {("new",)}
    assert len(done & left.keys()) <= 1  # which was put in place, but not recorded yet
    assert make(folder).reasons == left
    assert stale(folder) == {}
    assert not (folder / "gallery.lock.journal").exists()
    assert not (folder / ".building").exists()


@pytest.mark.long
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
    wait_for(lambda: "short" in Lock(folder).items, process)
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    _, err = process.communicate()
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
    assert make(folder).reasons == {"long": ("new",)}
    assert stale(folder) == {}
