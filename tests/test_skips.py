"""What a skip means, seen by running pytest on a file of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
from programs import program

def test_one():
    program("no-such-tool")

def test_two():
    program("no-such-tool")

def test_three():
    pass
"""


def ended(folder, tests, *options, **env):
    """Return how pytest ends with these tests, and what it says."""
    (folder / "test_some.py").write_text(tests)
    env = {key: value for key, value in os.environ.items() if key != "CI"} | env
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "skips", "-p", "no:cacheprovider", folder,
            *options,
        ],
        env=env | {"PYTHONPATH": str(Path(__file__).parent)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.splitlines()


@pytest.mark.long
def test_a_missing_tool_is_named_with_how_many_tests_it_has_cost(tmp_path):
    code, said = ended(tmp_path, TESTS)
    assert code == 0
    assert "no-such-tool is not installed: 2 tests skipped" in said


@pytest.mark.long
@pytest.mark.parametrize(
    "tests", [TESTS, "import pytest\n\ndef test_it():\n    pytest.skip('today')\n"]
)
def test_in_ci_a_skip_is_a_failure(tests, tmp_path):
    assert ended(tmp_path, tests, CI="true")[0] == 1


@pytest.mark.long
@pytest.mark.parametrize(("suite", "code"), [("places", 2), ("long", 5)])
def test_in_ci_a_file_that_is_skipped_as_a_whole_fails_where_its_suite_is_asked_for(
    suite, code, tmp_path
):
    folder = tmp_path / "places"
    folder.mkdir()
    tests = 'import pytest\n\npytest.importorskip("no_such_tool")\n'
    assert ended(folder, tests, "-m", suite, CI="true")[0] == code


def test_where_nothing_is_skipped_nothing_is_said(tmp_path):
    code, said = ended(tmp_path, "def test_it():\n    pass\n")
    assert code == 0
    assert "skipped" not in "".join(said)
