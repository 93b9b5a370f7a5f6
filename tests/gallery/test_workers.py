"""Worker processes: tasks, deaths, and an end within a moment."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tasks import (
    alive,
    be_awkward,
    be_terminated_in_a_callback,
    end_with,
    hears_ctrl_c,
    kill_self,
    process_of,
    refuse,
    start_a_child_and_wait,
    tell_and_wait,
    wait_until,
)

from trajviz.gallery.workers import WorkerDiedError, WorkerPool, report_progress


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


@pytest.fixture(scope="module")
def pool():
    """A pool of one process, for tests that leave it as it is."""
    with WorkerPool(1) as workers:
        yield workers


def test_an_error_comes_back_as_it_is(pool):
    with pytest.raises(ValueError, match="no"):
        pool.submit(refuse).result()
    with pytest.raises(RuntimeError, match="Awkward: this and that"):
        pool.submit(be_awkward).result()
    with pytest.raises(Exception, match=r"pickle|local object"):
        pool.submit(lambda: 0).result()
    assert pool.submit(process_of, 0).result() == pool.submit(process_of, 0).result()


def test_it_is_known_how_far_a_task_is_while_it_runs(pool, tmp_path):
    future = pool.submit(tell_and_wait, str(tmp_path / "go"))
    wait_until(lambda: pool.progress.get(future) == ("all of it", 2, 2), future)
    (tmp_path / "go").touch()
    future.result()
    wait_until(lambda: pool.progress == {})


def test_outside_a_worker_a_report_is_heard_by_nobody():
    report_progress("anything", 1, 2)


def test_stopping_ends_workers_and_what_they_started_and_drops_what_waits(tmp_path):
    workers = WorkerPool(1)
    path = tmp_path / "ids"
    running = workers.submit(start_a_child_and_wait, path)
    waiting = workers.submit(process_of, 0)
    wait_until(path.exists, running)
    ids = path.read_text().split()
    assert all(map(alive, ids))
    workers.stop()
    assert isinstance(running.exception(), WorkerDiedError)
    assert waiting.cancelled()
    wait_until(lambda: not any(map(alive, ids)))


def test_every_worker_is_deaf_to_ctrl_c():
    with WorkerPool(2) as workers:
        assert set(workers.map(hears_ctrl_c, range(4))) == {False}


def test_a_worker_says_nothing_when_it_is_terminated_whatever_it_does(capfd, tmp_path):
    with WorkerPool(1) as workers:
        running = workers.submit(be_terminated_in_a_callback, tmp_path / "on")
        with pytest.raises(WorkerDiedError):
            running.result()
    assert capfd.readouterr().err == ""
    assert not (tmp_path / "on").exists()


ORPHANS = """
import sys, time
sys.path.insert(0, {tests!r})
from pathlib import Path
from tasks import start_a_child_and_wait
from trajviz.gallery.workers import WorkerPool

if __name__ == "__main__":
    WorkerPool(1).submit(start_a_child_and_wait, Path({path!r})).result()
"""


def test_workers_end_when_their_parent_is_killed(tmp_path):
    path, script = tmp_path / "ids", tmp_path / "script.py"
    script.write_text(ORPHANS.format(tests=str(Path(__file__).parents[1]), path=str(path)))
    parent = subprocess.Popen([sys.executable, script])
    wait_until(path.exists, parent)
    ids = path.read_text().split()
    parent.kill()
    parent.wait()
    try:
        wait_until(lambda: not any(map(alive, ids)))
    finally:
        for number in ids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGKILL)
