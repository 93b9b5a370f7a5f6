"""Ctrl-C and its like end the command in one line, wherever they come, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time

import pytest
from programs import begin, processes, trajviz

OLD = b"what was there before"
SWALLOWED = """
import os, signal, time, weakref
from trajviz import Surface

class Thing:
    pass

thing = Thing()
reference = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.{signal}))
del thing  # an exception in the callback would be printed, and swallowed
time.sleep(60)
surface = Surface(lambda x, y: x * x + y * y, window=(-1, 1, -1, 1), start=(0.5, 0.5))
"""
WORDS = {"SIGTERM": (143, "terminated"), "SIGINT": (130, "interrupted")}


def run(code, *words, **options):
    """Run a script that hears signals, with signals as a terminal leaves them."""
    return subprocess.run(
        [sys.executable, "-c", f"import os, signal, sys, time\n{code}", *words],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def hearing(code):
    return (
        f"from trajviz.signals import hear_signals, look_for_signals\n{WAKE}hear_signals()\n{code}"
    )


WAKE = "signal.signal(signal.SIGINT, signal.default_int_handler)\n"


@pytest.mark.long
@pytest.mark.parametrize("name", WORDS)
def test_a_signal_in_a_callback_that_swallows_exceptions_is_not_lost(name, tmp_path):
    (tmp_path / "mine.py").write_text(SWALLOWED.format(signal=name))
    awake = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    done = trajviz("render", "./mine.py", "-o", "a.gif", cwd=tmp_path, **awake)
    code, said = WORDS[name]
    assert (done.returncode, done.stderr) == (code, f"Error: {said}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


IMPORTING = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Finder())
"""


LONGER = [pytest.param(name, marks=pytest.mark.long) for name in ("trajviz.race", "numpy")]


@pytest.mark.parametrize("module", ["click", *LONGER])
def test_ctrl_c_while_importing_prints_no_traceback(module, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(IMPORTING.format(module=module))
    words = [sys.executable, "-m", "trajviz", "render", "bowl", "--steps", "800000", "-o", "a.gif"]
    done = subprocess.run(
        words,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'site'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "Error: interrupted\n")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


HALF = """
from pathlib import Path
from trajviz.files.target import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
"""


def test_a_process_that_does_not_look_ends_by_itself_and_removes_what_is_half_done(tmp_path):
    path = tmp_path / "race.gif"
    path.write_bytes(OLD)
    done = run(hearing(HALF), path)
    assert (done.returncode, done.stderr) == (143, "Error: terminated\n")
    assert path.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [path]


ENCODING = """
from pathlib import Path
import trajviz
race = trajviz.compare("bowl", ["sgd:lr=0.1"], steps=5, size=(160, 120))
def stop(done, total):
    if done == 3:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
race.save(sys.argv[1], progress=stop)
"""


@pytest.mark.long
def test_a_process_that_ends_by_itself_ends_its_encoder_too(tmp_path):
    done = run(hearing(ENCODING), tmp_path / "race.mp4")
    assert (done.returncode, done.stderr) == (143, "Error: terminated\n")
    assert list(tmp_path.iterdir()) == []


CLEANING = """
from trajviz.signals import undone_by
with undone_by(lambda: print("undone", flush=True)):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        look_for_signals()
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        print("cleaning", flush=True)
        time.sleep({seconds})
        print("cleaned", flush=True)
"""


def test_a_second_signal_does_not_disturb_what_cleans_up():
    done = run(hearing(CLEANING.format(seconds=0)))
    assert done.stdout == "cleaning\ncleaned\n"


@pytest.mark.long
def test_a_second_signal_ends_what_never_ends_to_clean_up():
    done = run(hearing(CLEANING.format(seconds=60)))
    assert (done.returncode, done.stdout) == (130, "cleaning\nundone\n")
    assert done.stderr == "Error: interrupted\n"


def test_what_is_told_to_ignore_a_signal_ignores_it():
    code = """
signal.signal(signal.SIGINT, signal.SIG_IGN)
from trajviz.signals import hear_signals, look_for_signals
hear_signals()
os.kill(os.getpid(), signal.SIGINT)
look_for_signals()
print("done")
"""
    assert run(code).stdout == "done\n"


@pytest.mark.long
def test_a_closed_terminal_ends_it_as_well():
    wake = WAKE.replace("SIGINT", "SIGHUP").replace("default_int_handler", "SIG_DFL")  # nohup's
    done = run(wake + hearing("os.kill(os.getpid(), signal.SIGHUP)\ntime.sleep(60)"))
    assert (done.returncode, done.stderr) == (129, "Error: its terminal was closed\n")


def test_a_library_changes_no_signal():
    code = "import trajviz.cli, trajviz.race; print(signal.getsignal(signal.SIGTERM))"
    assert run(code).stdout == f"{signal.SIG_DFL}\n"


GALLERY = """
[[animation]]
name = "one"
surface = "./slow.py"
optimizers = ["sgd:lr=0.1"]
outputs = ["one.png"]
"""
SLOW = """
import time
from trajviz import Surface

def f(x, y):
    open("begun", "w").close()
    time.sleep(60)
    return x

surface = Surface(f, window=(-1, 1, -1, 1), start=(0.5, 0.5))
"""


@pytest.mark.long
@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_ctrl_c_leaves_no_scratch_folder_and_no_worker_of_a_gallery(times, tmp_path):
    (tmp_path / "gallery.toml").write_text(GALLERY)
    (tmp_path / "slow.py").write_text(SLOW)
    process = begin("gallery", "build", ".", cwd=tmp_path)
    while not (tmp_path / "begun").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    _, err = process.communicate()
    assert (process.returncode, err.strip()) == (130, "Error: interrupted")
    assert not (tmp_path / ".building").exists()
    assert processes(tmp_path) == []
