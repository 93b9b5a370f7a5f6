"""Hypothesis for all tests: the same examples on every run, more of them in CI; no time limit.

And the fixtures of the browser, with whose tests `make browser` is about.
"""

import collections
import os
from pathlib import Path

import pytest
from browser import browser, page_of
from firefox import firefox
from hypothesis import settings
from skips import (
    pytest_make_collect_report,
    pytest_runtest_makereport,
    pytest_terminal_summary,
)

__all__ = [
    "browser",
    "firefox",
    "page_of",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "pytest_terminal_summary",
]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy is not loaded yet; threads would spin

PLACES = Path(__file__).parent / "places"
USUAL = settings(deadline=None, derandomize=True, database=None, max_examples=30)
settings.register_profile("usual", USUAL)
settings.register_profile("ci", USUAL, max_examples=100)
settings.load_profile("ci" if os.environ.get("CI") else "usual")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what looks at a page in the browser, and the cases of a test that are one of many."""
    seen = collections.Counter()
    for item in items:
        if few := item.get_closest_marker("first"):
            seen[test := item.nodeid.partition("[")[0]] += 1
            if seen[test] > few.args[0]:
                item.add_marker("long")
        if item.path.parent == PLACES:
            item.add_marker("places")
        elif {"browser", "firefox", "page_of"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker("browser")
