"""The same build on a real dask cluster: a scheduler and a worker on loopback."""

import subprocess
import sys

import pytest
from galleries import everything, stale, write
from programs import invoke

from trajviz.gallery import executor

# In a process of its own: its event loop and its threads end with it.
CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1",
        dashboard_address=None, local_directory=sys.argv[1],
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    script = folder / "cluster.py"
    script.write_text(CLUSTER)
    process = subprocess.Popen(
        [sys.executable, script, folder],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process.stdout.readline().strip()
    process.communicate()


@pytest.mark.long
def test_a_cluster_makes_the_same_files_from_what_is_sent_to_it(scheduler, once, tmp_path):
    folder = write(tmp_path / "gallery")
    done = invoke("gallery", "build", folder, "--dask", scheduler)
    assert (done.returncode, done.stderr) == (0, "")
    assert {line.partition(":")[0] for line in done.stdout.splitlines()} >= {"a", "b"}
    assert everything(folder) == everything(once[0])
    assert stale(folder) == {}


def test_an_item_that_fails_leaves_the_others_to_be_made(scheduler, tmp_path):
    folder = write(tmp_path / "gallery")
    (folder / "own.py").write_text("surface = nothing\n")
    done = invoke("gallery", "build", folder, "--dask", scheduler)
    assert done.returncode == 3
    first, last = done.stderr.splitlines()
    assert first.startswith("a: ")
    assert "own.py, line 1: NameError" in first
    assert last == "Error: not made: a"
    assert (folder / "sub" / "b.gif").exists()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("somewhere", "dask 'somewhere' is no address, as in tcp://127.0.0.1:8786"),
        ("tcp://127.0.0.1:1", "no dask scheduler answers at 'tcp://127.0.0.1:1': "),
    ],
)
def test_nobody_at_the_address_is_a_wrong_request(address, says, tmp_path, monkeypatch):
    monkeypatch.setattr(executor, "_CONNECT_TIMEOUT", 0.1)
    folder = write(tmp_path / "gallery")
    done = invoke("gallery", "build", folder, "--dask", address)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {says}")
    assert len(done.stderr.splitlines()) == 1


def test_without_dask_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    folder = write(tmp_path / "gallery")
    done = invoke("gallery", "build", folder, "--dask", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "pip install '.[dask]'" in done.stderr
