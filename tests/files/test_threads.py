"""Films and palettes in threads: no fork, which would wait for another thread's matrix product."""

import os
import subprocess
import sys

import pytest
from films import film

from trajviz.files.formats import format_names, load_format

forks = []
os.register_at_fork(before=lambda: forks.append(True))


@pytest.mark.parametrize("name", [one for one in format_names() if load_format(one).film])
def test_a_film_is_encoded_without_a_fork(name):
    film().to_bytes(name)  # for what is only done once
    forks.clear()
    film().to_bytes(name)
    assert forks == []


def test_a_fork_would_be_seen():
    subprocess.run([sys.executable, "-c", ""], check=True, preexec_fn=os.getpgrp)
    assert forks


SIX = """
import faulthandler, sys, threading
from pathlib import Path
import numpy as np
import trajviz

faulthandler.dump_traceback_later(500, exit=True)  # so that a deadlock is told, and not waited for
formats, done = ["apng", "mp4", "webp", "webm", "anim.pdf"], threading.Event()

def save(number):
    for k in range(6):
        race = trajviz.compare(
            "beale", ["sgd:lr=0.001"], steps=10, size=(200, 150), seconds=0.4, hold=0.1
        )
        name = formats[(number + k) % 5]
        race.save(Path(sys.argv[1], f"{number}-{k}.{name}"))

def multiply():
    many, few = np.ones((8192, 3)), np.ones((3, 256))
    while not done.is_set():
        many @ few

busy = threading.Thread(target=multiply)
busy.start()
threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
done.set()
busy.join()
"""


@pytest.mark.long
def test_six_threads_save_films_while_another_computes_with_matrices(tmp_path):
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "4"}
    subprocess.run([sys.executable, "-c", SIX, tmp_path], check=True, env=env)
    sizes = {}
    for path in tmp_path.iterdir():
        sizes.setdefault(path.suffix, set()).add(path.read_bytes())
    assert len([*tmp_path.iterdir()]) == 36
    assert {suffix: len(each) for suffix, each in sizes.items()} == dict.fromkeys(sizes, 1)
