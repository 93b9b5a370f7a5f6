"""Hypothesis for all tests: the same examples on every run, and no time limit.

And the fixtures of the browser, with whose tests `make browser` is about.
"""

import os

import pytest
from browser import browser, page_of
from hypothesis import settings
from skips import pytest_runtest_makereport, pytest_terminal_summary

__all__ = ["browser", "page_of", "pytest_runtest_makereport", "pytest_terminal_summary"]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy is not loaded yet; threads would spin

settings.register_profile("trajviz", deadline=None, derandomize=True, database=None)
settings.load_profile("trajviz")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what looks at a page in the browser."""
    for item in items:
        if {"browser", "page_of"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker("browser")
