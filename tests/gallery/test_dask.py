"""The same build on a real dask cluster: a scheduler and a worker on loopback."""

import contextlib
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from galleries import everything, stale, write
from programs import begin, invoke
from tasks import wait_until

import trajviz
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


@pytest.mark.long
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


@pytest.mark.long
def test_a_worker_of_another_version_is_refused_by_both_versions(scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr(trajviz, "__version__", "0.0.9")
    folder = write(tmp_path / "gallery")
    done = invoke("gallery", "build", folder, "--dask", scheduler)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: the dask worker at 'tcp://127.0.0.1:")
    assert line.endswith("' has trajviz 0.1.0, here is 0.0.9")
    assert not (folder / "a.gif").exists()


# What happens to a cluster, told by one that is made up


class Cluster:
    """What a client of dask's says of workers: versions by address, None for none."""

    def __init__(self, **workers):
        self.status, self.workers, self.asked = "running", workers, []

    def nthreads(self):
        return dict.fromkeys(self.workers, 1)

    def run(self, function, text, workers, on_error):
        assert (function(text), on_error) == (trajviz.__version__, "return")
        self.asked += workers
        return {worker: self.workers[worker] or ImportError() for worker in workers}


@pytest.fixture
def look(monkeypatch):
    """Return a function that looks at a cluster, with a second between any two looks."""
    monkeypatch.setattr(executor.time, "monotonic", itertools.count(0, 2).__next__)
    return lambda client: executor._Cluster(client, "tcp://here:1").obstacle


OURS = trajviz.__version__


def test_while_there_are_workers_of_our_version_nothing_is_in_the_way(look):
    client = Cluster(a=OURS, b=OURS)
    obstacle = look(client)
    assert [obstacle() for _ in range(3)] == ["", "", ""]
    client.workers["c"] = OURS
    assert obstacle() == ""
    assert client.asked == ["a", "b", "c"]  # each once, since asking takes time


def test_when_all_workers_are_gone_it_is_said_until_there_is_one(look):
    client = Cluster(a=OURS)
    obstacle = look(client)
    client.workers = {}
    gone = "the dask cluster at 'tcp://here:1' has no workers: waiting for one"
    assert [obstacle(), obstacle()] == [gone, gone]
    client.workers = {"b": OURS}
    assert obstacle() == ""


def test_a_worker_that_joins_with_another_version_is_told_with_both(look):
    client = Cluster(a=OURS)
    obstacle = look(client)
    client.workers["b"] = "0.0.9"
    assert obstacle() == f"the dask worker at 'b' has trajviz 0.0.9, here is {OURS}"
    client.workers["c"] = None
    assert obstacle() == f"the dask worker at 'b' has trajviz 0.0.9, here is {OURS} (and 1 more)"
    client.workers = {"c": None}
    assert obstacle() == f"the dask worker at 'c' has no trajviz, here is {OURS}"
    client.workers = {"a": OURS}
    assert obstacle() == ""


@pytest.mark.parametrize("how", ["status", "error"])
def test_a_scheduler_that_is_gone_ends_the_build(how, look, monkeypatch):
    client = Cluster(a=OURS)
    obstacle = look(client)
    if how == "status":
        client.status = "connecting"
    else:
        monkeypatch.setattr(client, "nthreads", Path("/no/such/file").read_text)
    with pytest.raises(ConnectionError, match=r"^the dask scheduler at 'tcp://here:1' is gone$"):
        obstacle()


@pytest.mark.long
def test_a_build_waits_for_a_worker_and_ends_with_the_scheduler(tmp_path):
    with contextlib.ExitStack() as at_the_end:

        def start(name, *words):
            words = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words, "--no-dashboard"]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            process = subprocess.Popen(words, cwd=tmp_path, **quiet)
            at_the_end.callback(process.wait)
            at_the_end.callback(process.kill)
            return process

        told = tmp_path / "scheduler.json"
        scheduler = start("scheduler", "--host=127.0.0.1", "--port=0", f"--scheduler-file={told}")
        wait_until(lambda: told.exists() and told.read_text(), scheduler)
        address = json.loads(told.read_text())["address"]
        worker = start("worker", address, "--nthreads=1", "--no-nanny")
        folder = write(tmp_path / "gallery", SLOW)
        with executor._connector(address)() as client:
            client.wait_for_workers(1)
            process = begin("gallery", "build", folder, "--dask", address)
            wait_until(lambda: (folder / "slow-seed=1.png").exists(), process)
            worker.kill()
            line = process.stderr.readline()
            assert line == f"the dask cluster at {address!r} has no workers: waiting for one\n"
            start("worker", address, "--nthreads=1", "--no-nanny")
            wait_until(lambda: (folder / "slow-seed=3.png").exists(), process)
        scheduler.terminate()
        _, rest = process.communicate()
    assert rest == f"Error: the dask scheduler at {address!r} is gone\n"
    assert process.returncode == 3
    assert not (folder / ".building").exists()


SLOW = """
[[sweep]]
name = "slow"
surface = "beale"
optimizers = ["sgd:lr=0.001"]
steps = 20000
grid = { seed = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] }
outputs = ["{name}.png"]
"""
