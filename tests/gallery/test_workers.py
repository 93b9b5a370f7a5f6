"""Worker processes: tasks, deaths, and an end within a moment."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trajviz.gallery.workers import WorkerDiedError, WorkerPool, report_progress


def alive(number):
    """Return whether a process is there, and no zombie."""
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8") as file:  # noqa: PTH123  # no path
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition):
    while not condition():
        time.sleep(0.01)


def process_of(_):
    return os.getpid()


def end_with(code):
    os._exit(code)


def kill_self():
    os.kill(os.getpid(), signal.SIGKILL)


def refuse():
    raise ValueError("no")


class Awkward(Exception):  # noqa: N818  # it is awkward indeed
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def be_awkward():
    raise Awkward("this", "that")


def tell_and_wait(path):
    report_progress("half", 1, 2)
    report_progress("all of it", 2, 2)
    while not os.path.exists(path):  # noqa: PTH110  # no path
        time.sleep(0.01)


def start_a_child_and_wait(path):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
    path.with_suffix(".part").write_text(f"{os.getpid()} {child.pid}")
    path.with_suffix(".part").replace(path)
    child.wait()


def test_tasks_are_done_in_processes_of_their_own():
    with WorkerPool(2) as workers:
        found = set(workers.map(process_of, range(6)))
    assert os.getpid() not in found
    assert 1 <= len(found) <= 2
    assert not any(map(alive, found))


@pytest.mark.parametrize(
    ("task", "args", "how"), [(end_with, [7], "exit code 7"), (kill_self, [], "signal 9")]
)
def test_a_worker_that_dies_takes_its_own_task_along_and_no_other(task, args, how):
    with WorkerPool(1) as workers:
        before = workers.submit(process_of, 0)
        dead = workers.submit(task, *args)
        after = workers.submit(process_of, 0)
        with pytest.raises(WorkerDiedError, match=how):
            dead.result()
        assert before.result() != after.result()


def test_an_error_comes_back_as_it_is():
    with WorkerPool(1) as workers:
        with pytest.raises(ValueError, match="no"):
            workers.submit(refuse).result()
        with pytest.raises(RuntimeError, match="Awkward: this and that"):
            workers.submit(be_awkward).result()
        with pytest.raises(Exception, match="pickle"):
            workers.submit(lambda: 0).result()
        assert workers.submit(process_of, 0).result()


def test_it_is_known_how_far_a_task_is_while_it_runs(tmp_path):
    with WorkerPool(1) as workers:
        future = workers.submit(tell_and_wait, str(tmp_path / "go"))
        wait_until(lambda: workers.progress.get(future) == ("all of it", 2, 2))
        (tmp_path / "go").touch()
        future.result()
    assert workers.progress == {}


def test_outside_a_worker_a_report_is_heard_by_nobody():
    report_progress("anything", 1, 2)


def test_stopping_ends_workers_and_what_they_started_and_drops_what_waits(tmp_path):
    workers = WorkerPool(1)
    path = tmp_path / "ids"
    running = workers.submit(start_a_child_and_wait, path)
    waiting = workers.submit(process_of, 0)
    wait_until(path.exists)
    ids = path.read_text().split()
    assert all(map(alive, ids))
    workers.stop()
    assert isinstance(running.exception(), WorkerDiedError)
    assert waiting.cancelled()
    wait_until(lambda: not any(map(alive, ids)))


ORPHANS = """
import sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
from test_workers import start_a_child_and_wait
from trajviz.gallery.workers import WorkerPool

if __name__ == "__main__":
    WorkerPool(1).submit(start_a_child_and_wait, Path({path!r})).result()
"""


def test_workers_end_when_their_parent_is_killed(tmp_path):
    path, script = tmp_path / "ids", tmp_path / "script.py"
    script.write_text(ORPHANS.format(tests=str(Path(__file__).parent), path=str(path)))
    parent = subprocess.Popen([sys.executable, script])
    wait_until(path.exists)
    ids = path.read_text().split()
    parent.kill()
    parent.wait()
    try:
        wait_until(lambda: not any(map(alive, ids)))
    finally:
        for number in ids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGKILL)
