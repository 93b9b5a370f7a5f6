"""Pictures that a crew draws ahead, in programs of their own: where a test runs are threads."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from trajviz.animation.crew import drawn_ahead

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is forked")

PROGRAM = """
import os, signal, sys, threading, time
import numpy as np
import trajviz.animation.crew as module
module._processors = lambda: 3
parent = os.getpid()
def draw(item):
    {before}
    picture = np.empty((300, 400, 3), dtype=np.uint8)  # more than a pipe holds at first
    picture[:] = item
    picture.ravel()[:4] = np.frombuffer(np.uint32(os.getpid()).tobytes(), np.uint8)
    return picture
def told(picture):
    return int(picture[1, 1, 1]), int(picture.ravel()[:4].view(np.uint32)[0])
{body}
"""
ALL = "seen = [told(p) for p in module.drawn_ahead(draw, range(8))]\nprint((seen, parent))"


def run(body, before="pass"):
    """Return what a program prints that draws ahead, as Python reads it."""
    done = run_at_all(body, before)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [eval(line) for line in done.stdout.splitlines()]


def run_at_all(body, before="pass"):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.format(body=body, before=before)],
        capture_output=True,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def together(body):
    """Return the places and the processes of all pictures, and the parent."""
    ((seen, parent),) = run(body)
    places, makers = zip(*seen, strict=True)
    return [*places], [*makers], parent


def test_pictures_come_in_order_and_from_several_processes():
    places, makers, parent = together(ALL)
    assert places == [*range(8)]
    assert makers[0] == parent
    assert makers[1:4] == makers[4:7]
    assert len({*makers}) == 4


def test_where_other_threads_run_no_process_is_forked():
    waiting = "threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n"
    places, makers, parent = together(waiting + ALL)
    assert places == [*range(8)]
    assert {*makers} == {parent}


def test_one_picture_is_drawn_without_any_process():
    seen, parent = run("print(([told(p) for p in module.drawn_ahead(draw, [5])], parent))")[0]
    assert seen == [(5, parent)]


def test_where_no_process_can_be_made_all_is_drawn_here():
    body = "def no(): raise BlockingIOError(11, 'no')\nos.fork = no\n" + ALL
    places, makers, parent = together(body)
    assert places == [*range(8)]
    assert {*makers} == {parent}


def test_what_a_process_does_not_draw_any_more_is_drawn_here():
    before = "if item == 5 and os.getpid() != parent: os.kill(os.getpid(), signal.SIGKILL)"
    done = run_at_all(ALL, before)
    assert done.returncode == 0, done.stderr
    seen, parent = eval(done.stdout)
    assert [place for place, _ in seen] == [*range(8)]
    assert [maker == parent for _, maker in seen] == [k in (0, 5) for k in range(8)]


def test_an_error_is_told_as_if_it_were_drawn_here():
    done = run_at_all(ALL, "if item == 6: raise ValueError('no picture of six')")
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.splitlines()[-1] == "ValueError: no picture of six"


@pytest.mark.parametrize("end", ["pictures.close()", "raise KeyboardInterrupt", "del pictures"])
def test_who_stops_early_leaves_no_process(end):
    body = f"""
pictures = module.drawn_ahead(draw, range(100))
for _ in range(3): next(pictures)
try:
    try:
        {end}
    finally:
        pictures = None
except KeyboardInterrupt:
    pass
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("'none'")
"""
    assert run(body) == ["none"]


def test_processes_end_with_their_parent():
    body = """
pictures = module.drawn_ahead(draw, range(1000))
print([told(next(pictures))[1] for _ in range(4)], flush=True)
time.sleep(600)
"""
    program = PROGRAM.format(body=body, before="pass")
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    ) as parent:  # fmt: skip
        makers = eval(parent.stdout.readline())
        assert len({*makers}) == 4
        parent.kill()
    until = time.monotonic() + 60
    while any(map(is_alive, makers)):
        assert time.monotonic() < until, "they draw on"
        time.sleep(0.02)


def is_alive(process):
    """Tell whether a process works still; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_key_that_interrupts_is_for_the_parent_and_an_end_for_all():
    before = "time.sleep(0.01)"
    body = """
pictures = module.drawn_ahead(draw, range(40))
makers = {told(next(pictures))[1] for _ in range(4)} - {parent}
for maker in makers: os.kill(maker, signal.SIGINT)
print({told(next(pictures))[1] for _ in range(10)} == makers)
for maker in makers: os.kill(maker, signal.SIGTERM)
print({told(picture)[1] for picture in pictures} >= {parent})
"""
    assert run(body, before) == [True, True]


def test_in_a_process_with_threads_pictures_are_the_same():
    def draw(item):
        return np.full((4, 5, 3), item, dtype=np.uint8)

    before = signal.getsignal(signal.SIGINT)
    assert [int(p[0, 0, 0]) for p in drawn_ahead(draw, range(5))] == [*range(5)]
    assert signal.getsignal(signal.SIGINT) is before


COMMAND = """
import atexit, sys
import trajviz.animation.crew as module
module._processors = lambda: 2
made, begin = [], module._Crew.__init__
def noted(self, draw, items):
    begin(self, draw, items)
    made.append((len(items), len(self._members)))
module._Crew.__init__ = noted
atexit.register(lambda: print(made))
from trajviz.__main__ import main
sys.argv = ["trajviz", "render", "bowl", "sgd", "--steps", "10", "--view", "relief", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("first", ["start", "end"])
def test_every_format_of_a_command_has_its_frames_from_a_crew(tmp_path, first):
    words = "--orbit 20 --seconds 0.5 --size 160x120 --quiet -o a.gif -o b.mp4 -o c.webp --first"
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words.split(), first],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    crews = eval(done.stdout.splitlines()[-1])
    assert {members for count, members in crews if count > 1} == {2}
    assert sum(count > 1 for count, _ in crews) >= 3
    assert {members for count, members in crews if count <= 1} <= {0}
