"""On CI nothing that is needed may be missing: there a skip fails. `tests/conftest.py` names this module as a plugin.

A test that uses what only some machines have, such as a clone of another project, is marked `extra` and may be skipped anywhere.
"""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

EXTRA = "extra"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def on_ci() -> bool:
    return os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expected = hasattr(report, "wasxfail") or item.get_closest_marker(EXTRA)
    return report if expected else _failed(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _failed((yield))


def _failed(report: Report) -> Report:
    if report.skipped and on_ci():
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, and on CI nothing may be: {reason}"
    return report
