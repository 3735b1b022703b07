"""Programs measured from outside: wall time, and the most memory that the process itself held."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MEBIBYTE = 1024**2


@dataclass(frozen=True)
class Run:
    """One run of a program. `seconds`: wall time; `cpu`: user and system seconds; `memory`: bytes, its peak."""

    seconds: float
    cpu: float
    memory: int


def run(command: Sequence[str | Path], cwd: Path) -> Run:
    """Run to the end, output thrown away. Raises RuntimeError where it ends badly."""
    with tempfile.TemporaryFile() as complaints:
        began = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), cwd=cwd, env=_env(), stdout=subprocess.DEVNULL, stderr=complaints)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            complaints.seek(0)
            raise RuntimeError(f"{command[0]} {command[1]} ended with {process.returncode}: {complaints.read().decode()}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def _env() -> dict[str, str]:
    """A person's: Python keeps what it compiled, as it does unless it is told not to."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Line:
    """One line of the table: what, in which unit, at most how much, what was measured, and the same of a peer."""

    name: str
    unit: str
    limit: float | None
    values: list[float] = field(default_factory=list)
    peer: str = ""
    peer_values: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Seconds of processor: what a busy machine shows truthfully too."""

    def text(self) -> list[str]:
        """The cells of the table."""
        median = statistics.median(self.values)
        limit = f"<= {self.limit:g} {self.unit}" if self.limit else ""
        cpu = f"{statistics.median(self.cpu):.2f} s" if self.cpu else ""
        cells = [self.name, self._number(median), self._spread(), limit, cpu]
        if not self.peer_values:
            return [*cells, "", "", ""]
        peer = statistics.median(self.peer_values)
        return [*cells, self.peer, self._number(peer), f"{median / peer:.2f}" if peer else ""]

    @property
    def over(self) -> bool:
        """The median is above the limit."""
        return self.limit is not None and statistics.median(self.values) > self.limit

    def _number(self, value: float) -> str:
        return f"{value:.0f} MB" if self.unit == "MB" else f"{value:.2f} s"

    def _spread(self) -> str:
        digits = 0 if self.unit == "MB" else 2
        return f"{min(self.values):.{digits}f}..{max(self.values):.{digits}f}, n={len(self.values)}"


TITLES = ["what", "median", "range", "limit", "CPU", "peer", "median", "ratio"]


def table(lines: Sequence[Line]) -> str:
    """The table; what is over its limit has a mark."""
    rows = [TITLES, *(line.text() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(TITLES))]
    marks = ["", *("  OVER" if line.over else "" for line in lines)]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(text.rstrip() + mark for text, mark in zip(shown, marks, strict=True))


def repeat(times: int, measure: Callable[[], None]) -> None:
    """Measure several times; ours and the peer's alternate, so that what else the machine does strikes both."""
    for _ in range(times):
        measure()
