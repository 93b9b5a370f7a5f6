"""Where jobs run: processes of this machine, which end with the context."""

from tasks import alive, process_of, start_a_child_and_wait, wait_until

from trajviz.gallery.executor import local_executor
from trajviz.gallery.workers import WorkerDiedError


def test_processes_end_with_the_context_after_their_jobs():
    with local_executor(1) as jobs:
        assert (jobs.capacity, jobs.remote) == (1, False)
        found = [jobs.executor.submit(process_of, 0) for _ in range(2)]
    assert len({future.result() for future in found}) == 1
    assert not alive(found[0].result())


def test_an_exception_ends_processes_in_the_middle_of_their_jobs(tmp_path):
    path = tmp_path / "ids"
    context = local_executor(1)
    future = context.__enter__().executor.submit(start_a_child_and_wait, path)
    wait_until(path.exists, future)
    assert not context.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert isinstance(future.exception(), WorkerDiedError)
    wait_until(lambda: not any(map(alive, path.read_text().split())))
