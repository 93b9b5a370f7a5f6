"""A build that is interrupted: the first signal stops it, a second one does not stop its end."""

import signal
from contextlib import contextmanager

import pytest
from galleries import Noted, files, threads, write

from trajviz.gallery.build import build
from trajviz.gallery.executor import JobExecutor
from trajviz.gallery.interruption import interrupted_once
from trajviz.gallery.plan import plan_gallery

SIGNALS = [signal.SIGINT, signal.SIGTERM]


class HeardError(BaseException):
    """A signal as an exception."""


@pytest.fixture(autouse=True)
def heard():
    """Return the signals that our own handler has heard; it raises them."""
    numbers = []

    def handle(number, _frame):
        numbers.append(number)
        raise HeardError

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    yield numbers
    for number, handler in before.items():
        signal.signal(number, handler)


def raise_both(first, second):
    with interrupted_once():
        try:
            signal.raise_signal(first)
        finally:
            signal.raise_signal(second)
            signal.raise_signal(second)


@pytest.mark.parametrize("first", SIGNALS)
@pytest.mark.parametrize("second", SIGNALS)
def test_the_first_signal_goes_to_whoever_handles_it_and_no_other_is_heard(first, second, heard):
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(HeardError):
        raise_both(first, second)
    assert heard == [first]
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_without_a_signal_nothing_has_changed_afterwards(heard):
    before = [signal.getsignal(number) for number in SIGNALS]
    with interrupted_once():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert heard == []


def test_a_signal_that_is_ignored_stays_so(heard):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupted_once():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    assert heard == []


def test_in_another_thread_nothing_is_heard_and_nothing_refused():
    with threads() as jobs:
        jobs.executor.submit(interrupted_once().__enter__).result()


def test_a_second_signal_while_a_build_cleans_up_leaves_nothing(tmp_path, heard):
    folder = write(tmp_path / "gallery")
    before = files(folder)

    @contextmanager
    def stopped():
        with threads() as jobs:
            try:
                yield JobExecutor(executor=jobs.executor, capacity=1)
            finally:
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGTERM)

    class Impatient(Noted):
        def progressed(self, _):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(HeardError):
        build(plan_gallery(folder), stopped(), Impatient())
    made = {"a.gif", "a.png", "gallery.lock"}  # of an item that was done before the signal came
    assert files(folder) - before in (set(), made)
    assert not (folder / ".building").exists()
    assert heard == [signal.SIGINT]
