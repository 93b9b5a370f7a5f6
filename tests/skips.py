"""What a skip means: here something is missing and is named; in CI nothing may be missing."""

import collections
import os

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Make a skip a failure where everything a test needs is said to be there."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {call.excinfo.value}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Make a file that is skipped as a whole a failure, likewise, where its suite is asked for."""
    report = yield
    suite = collector.config.option.markexpr
    if report.skipped and os.environ.get("CI") and collector.path.parent.name == suite:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped in CI: {report.longrepr[2]}"
    return report


def pytest_terminal_summary(terminalreporter):
    """Say in one line for each reason how many tests it has cost."""
    skipped = terminalreporter.stats.get("skipped", ())
    reasons = collections.Counter(r.longrepr[2].removeprefix("Skipped: ") for r in skipped)
    if reasons:
        terminalreporter.section("not tested here")
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{reason}: {count} test{'s' * (count > 1)} skipped")
