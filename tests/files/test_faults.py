"""Whatever the system refuses in the middle, the old file is there, or the new one is complete."""

import functools

import pytest
from faults import Faults
from races import race

from trajviz.errors import TrajvizError
from trajviz.files.formats import format_names
from trajviz.race import compare

SHORT = {"size": (160, 120), "steps": 3, "seconds": 0.2, "hold": 0.1, "fps": 10}
OLD = b"what was there before"
QUICK = ["gif", "png"]
MOST_WRITES = 12


@functools.cache
def new(name):
    return race("bowl", ("sgd:lr=0.1",), **SHORT).to_bytes(name)


def saved(path, number):
    """Save a race with the n-th request failing; return the requests and the error, None if none.

    A first round has every request that is only made once.
    """
    with Faults(number).at_work() as faults:
        try:
            race("bowl", ("sgd:lr=0.1",), **SHORT).save(path)
        except OSError as error:
            return faults.asked, error
        except TrajvizError as error:
            return faults.asked, error.__cause__
    return faults.asked, None


def chosen(asked):
    """Yield the number and the name of each request, but of many writes only some."""
    stride = -(-asked.count("write") // MOST_WRITES)
    writes = 0
    for number, what in enumerate(asked):
        writes += what == "write"
        if what != "write" or writes % stride == 0:
            yield number, what


def check_every_fault(name, folder):
    path = folder / f"race.{name}"
    assert new(name)
    path.write_bytes(OLD)
    asked, error = saved(path, -1)
    assert error is None
    assert {"open", "fsync", "replace"} <= {*asked}
    for number, what in chosen(asked):
        path.write_bytes(OLD)
        again, error = saved(path, number)
        assert again[number] == what
        assert path.read_bytes() == (new(name) if error is None else OLD), (what, number)
        assert [*folder.iterdir()] == [path]
        assert error is None or error.filename or "race." in str(error), (what, number)


@pytest.mark.parametrize("name", QUICK)
def test_a_still_is_the_old_one_or_the_new_whatever_fails(name, tmp_path):
    check_every_fault(name, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in format_names() if name not in QUICK])
def test_a_file_is_the_old_one_or_the_new_whatever_fails(name, tmp_path):
    check_every_fault(name, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["csv", "json", "npz"])
def test_numbers_are_the_old_ones_or_the_new_whatever_fails(kind, tmp_path):
    one, path = race("bowl", ("sgd:lr=0.1",), **SHORT), tmp_path / f"race.{kind}"
    with Faults(-1).at_work() as faults:
        one.save_trace(path)
    whole = path.read_bytes()
    for number, _ in chosen(faults.asked):
        path.write_bytes(OLD)
        with Faults(number).at_work():
            try:
                one.save_trace(path)
            except (OSError, TrajvizError):
                assert path.read_bytes() == OLD
            else:
                assert path.read_bytes() == whole
        assert [*tmp_path.iterdir()] == [path]


@pytest.mark.long
def test_a_bundle_is_the_old_one_or_the_new_whatever_fails(tmp_path):
    one = compare("bowl", ["sgd:lr=0.1"], **SHORT)
    paths = one.bundle(tmp_path / "race")
    whole = {path: path.read_bytes() for path in paths}
    with Faults(-1).at_work() as faults:
        one.bundle(tmp_path / "race")
    assert faults.asked.count("replace") == len(paths)
    for number, what in chosen(faults.asked):
        for path in paths:
            path.write_bytes(OLD)
        failed = False
        with Faults(number).at_work():
            try:
                one.bundle(tmp_path / "race")
            except (OSError, TrajvizError):
                failed = True
        there = {path: path.read_bytes() for path in tmp_path.iterdir()}
        assert there == (dict.fromkeys(paths, OLD) if failed else whole), (what, number)
