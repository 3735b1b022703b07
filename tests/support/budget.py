"""How long each part of the suite took, against `tests/budget.toml`. `tests/conftest.py` names this module as a plugin."""

import os
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

FILE = Path(__file__).parents[1] / "budget.toml"
ELSEWHERE = "(no part)"
GRACE = 3.0
"""How many times its budget a part may take before the run fails: a machine that is busy with other things is no slow test."""


@dataclass(frozen=True)
class Budget:
    """Minutes by part, a part being a folder of tests."""

    minutes: Mapping[str, float]

    def part_of(self, nodeid: str) -> str:
        """The innermost part that a test lies in."""
        inside = [part for part in self.minutes if nodeid.startswith(f"{part}/")]
        return max(inside, key=len, default=ELSEWHERE)

    def over(self, spent: Mapping[str, float], *, grace: float = 1.0) -> list[str]:
        """What took more than `grace` times its budget, in sentences; `spent` are minutes by part."""
        complaints = [
            f"{part}: {spent[part]:.2f} of {allowed:.2f} minutes"
            for part, allowed in self.minutes.items()
            if spent.get(part, 0.0) > allowed * grace
        ]
        if ELSEWHERE in spent:
            complaints.append(f"tests outside of every part of {FILE.name}")
        return complaints


def read_budget(path: Path = FILE) -> Budget:
    """The budget as it is written down."""
    return Budget(minutes=tomllib.loads(path.read_text())["minutes"])


class Stopwatch:
    """Adds up what pytest reports. Workers of pytest-xdist share the time."""

    def __init__(self, budget: Budget, *, workers: int, enforced: bool) -> None:
        self.budget = budget
        self.enforced = enforced
        self._workers = workers
        self._seconds: Counter[str] = Counter()
        self._tests: Counter[str] = Counter()

    @property
    def spent(self) -> dict[str, float]:
        """Minutes by part."""
        return {part: seconds / 60 / self._workers for part, seconds in self._seconds.items()}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        part = self.budget.part_of(report.nodeid)
        self._seconds[part] += report.duration
        self._tests[part] += report.when == "call"

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.enforced and self.budget.over(self.spent, grace=GRACE) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        spent = self.spent
        if not spent:
            return
        terminalreporter.section("minutes of each part")
        width = max(map(len, spent))
        for part in sorted(spent):
            allowed = self.budget.minutes.get(part)
            of = f" of {allowed:5.2f}" if allowed is not None else " " * 9
            terminalreporter.write_line(f"{part:<{width}}  {spent[part]:6.2f}{of}  {self._tests[part]:5} tests")
        for complaint in self.budget.over(spent):
            terminalreporter.write_line(f"over budget: {complaint}", red=self.enforced, yellow=not self.enforced)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    workers = getattr(config.option, "numprocesses", None) or 1
    stopwatch = Stopwatch(read_budget(), workers=workers, enforced=os.environ.get("CI") == "true")
    config.pluginmanager.register(stopwatch, "stopwatch")
