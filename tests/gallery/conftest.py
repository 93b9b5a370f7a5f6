"""A small gallery, built once by a worker process; each test gets a copy of its own."""

import shutil
from pathlib import Path

import pytest
from galleries import threads, write
from programs import invoke


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Return the built gallery, which no test may change, and what the command said."""
    folder = write(tmp_path_factory.mktemp("built") / "gallery")
    done = invoke("gallery", "build", "-j", "1", cwd=folder.parent)
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


@pytest.fixture
def built(once, tmp_path):
    """A gallery of its own for each test, all of it current."""
    return Path(shutil.copytree(once[0], tmp_path / "gallery"))


@pytest.fixture
def in_threads(monkeypatch):
    """Let the command render in a thread, where it does not matter that workers are processes."""
    monkeypatch.setattr("trajviz.gallery.executor.local_executor", lambda _: threads())
