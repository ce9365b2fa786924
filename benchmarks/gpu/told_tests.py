"""A plugin of pytest that writes a line of JSON for each test as it ends: a run that is ended keeps what it did.

PYTHONPATH=benchmarks/gpu GNN2MLP_TEST_REPORT=tests.jsonl python -m pytest -p told_tests -m cuda tests
"""

import json
import os
from typing import Any


def pytest_runtest_logreport(report: Any) -> None:
    """A line for a test that has ended, or whose preparation or clearing up has failed, or skipped it."""
    # With several processes, the one that gives out the tests hears of all of them.
    if "PYTEST_XDIST_WORKER" in os.environ or (report.when != "call" and report.passed):
        return
    _tell(report, report.duration)


def pytest_collectreport(report: Any) -> None:
    """A line for a file that cannot be imported: its tests are missing."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        _tell(report, 0.0)


def _tell(report: Any, seconds: float) -> None:
    line = {"test": report.nodeid, "outcome": report.outcome, "seconds": round(seconds, 2)}
    if report.failed:
        line["error"] = str(report.longrepr)[-2000:]
    with open(os.environ["GNN2MLP_TEST_REPORT"], "a") as file:
        file.write(json.dumps(line) + "\n")
