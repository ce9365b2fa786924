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
    line = {"test": report.nodeid, "outcome": report.outcome, "seconds": round(report.duration, 2)}
    if report.failed:
        line["error"] = str(report.longrepr)[-2000:]
    with open(os.environ["GNN2MLP_TEST_REPORT"], "a") as file:
        file.write(json.dumps(line) + "\n")
