"""Memory: what a short process keeps of it."""

import gc
import subprocess
import sys

import pytest

FAULTS = """
import ctypes, resource, sys
from trajviz.memory import keep_memory
NO_HUGE_PAGES = 41
ctypes.CDLL(None).prctl(NO_HUGE_PAGES, 1, 0, 0, 0)
if sys.argv[1] == "keep":
    keep_memory()
def fill():
    return [bytearray(b"x") * (4 << 20) for _ in range(10)]
fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no glibc")
def test_what_is_freed_is_there_when_it_is_needed_again():
    keeping, usual = (
        int(subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True).stdout)
        for how in ("keep", "do not")
    )
    assert keeping < usual / 10


def test_a_command_seldom_looks_for_garbage():
    code = "import atexit, gc; atexit.register(lambda: print(gc.get_threshold()[0]))"
    order = [sys.executable, "-c", f"{code}; from trajviz.__main__ import main; main()"]
    done = subprocess.run([*order, "tune", "beale", "sgd"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 10 * gc.get_threshold()[0]
