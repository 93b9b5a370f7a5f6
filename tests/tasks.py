"""What worker processes are given to do in tests, and who is alive."""

import os
import signal
import subprocess
import sys
import time

from trajviz.gallery.workers import report_progress


def alive(number):
    """Return whether a process is there, and no zombie."""
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8") as file:  # noqa: PTH123  # no path
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, work=None):
    """Wait until something holds; fail once the work, a future or process, has ended without it."""
    while not condition():
        ended = work is not None and (
            work.done() if hasattr(work, "done") else work.poll() is not None
        )
        assert not ended or condition(), work
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


def hears_ctrl_c(_):
    return signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def be_terminated_in_a_callback(path):
    """Be terminated where Python prints an exception and goes on."""

    class Dying:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)

    Dying()
    time.sleep(0.01)
    path.touch()
