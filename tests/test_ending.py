"""The end of a command, at once or by Python's own way."""

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, os, sys
from trajviz.__main__ import main
class Last:
    def __del__(self, write=os.write):
        write(1, b"taken apart\\n")
last = Last()
atexit.register(lambda: print("at the end", flush=True))
sys.argv[0] = {name!r}
{call}
"""
SURFACE = """
from trajviz import Surface
held = open("held.txt", "w")
held.write("written late")
surface = Surface(lambda x, y: x * x + y * y, window=(-1, 1, -1, 1), start=(1, 1))
"""


def run(tmp_path, *words, name="trajviz", call="main()"):
    """Return what a program prints that calls the command, and how it ends."""
    code = PROGRAM.format(name=name, call=call)
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=tmp_path
    )


def test_a_command_ends_at_once_after_what_was_to_be_done_at_its_end(tmp_path):
    done = run(tmp_path, "tune", "beale", "sgd")
    assert done.returncode == 0, done.stderr
    assert "sgd" in done.stdout
    assert done.stdout.splitlines()[-1] == "at the end"


@pytest.mark.parametrize(
    "words", [("tune", "own.py", "sgd"), ("tune", "beale", "rules:mine", "--steps", "5")]
)
def test_what_anothers_code_still_holds_is_written(tmp_path, words):
    (tmp_path / "own.py").write_text(SURFACE)
    (tmp_path / "rules.py").write_text(
        "held = open('held.txt', 'w')\nheld.write('written late')\n"
        "def mine(gradient, w, lr):\n"
        "    while True:\n        w -= lr * gradient(w)\n        yield w\n"
    )
    done = run(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "held.txt").read_text() == "written late"
    assert done.stdout.endswith("at the end\ntaken apart\n")


def test_another_program_goes_on_behind_the_command(tmp_path):
    call = "try:\n    main()\nexcept SystemExit as ended:\n    print('code', ended.code)"
    done = run(tmp_path, "tune", "beale", "sgd", name="other.py", call=call)
    assert done.stdout.splitlines()[-3:] == ["code None", "at the end", "taken apart"]


def test_a_refusal_has_its_message_and_its_code(tmp_path):
    done = run(tmp_path, "render", "no-such-surface", "sgd")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == "at the end\n"


def test_a_thread_that_still_works_is_waited_for(tmp_path):
    call = (
        "import threading, time\n"
        "def work():\n    time.sleep(0.5)\n    print('worked')\n"
        "threading.Thread(target=work).start()\nmain()"
    )
    done = run(tmp_path, "render", "no-such-surface", "sgd", call=call)
    assert done.returncode == 2
    assert "worked" in done.stdout
