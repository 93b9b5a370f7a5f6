"""Hypothesis for all tests: the same examples on every run, and no time limit. In CI no skips.

And the fixtures of the browser, with whose tests `make browser` is about.
"""

import os

import pytest
from browser import browser, page_of
from hypothesis import settings

__all__ = ["browser", "page_of"]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy is not loaded yet; threads would spin

settings.register_profile("trajviz", deadline=None, derandomize=True, database=None)
settings.load_profile("trajviz")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what looks at a page in the browser."""
    for item in items:
        if {"browser", "page_of"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Make a skip a failure where everything a test needs is said to be there."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {call.excinfo.value}"
    return report
