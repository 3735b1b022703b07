"""What `validate` found, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployer.model.problem import Problem, Severity
from deployer.reporting import problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """The problems of what was selected, how much that was, and how long it took (seconds of wall time).

    `unchanged`: nothing changed since the last check, and this is its verdict.
    """

    problems: tuple[Problem, ...]
    clusters: int
    hubs: int
    seconds: float
    unchanged: bool

    @property
    def errors(self) -> int:
        """How many problems stop a deploy."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many do not."""
        return len(self.problems) - self.errors


def to_text(report: ValidationReport) -> str:
    """The problems, an empty line, and a sentence: how much was checked, how long it took, what was found."""
    told = problems.to_text(report.problems)
    return f"{told}\n{_summary(report)}\n" if told else f"{_summary(report)}\n"


def to_github(report: ValidationReport, *, folder: str = "") -> str:
    """Annotations of a pull request, then the sentence. `folder` is the fleet's path in its repository."""
    return f"{problems.to_github(report.problems, folder=folder)}{_summary(report)}\n"


def to_json(report: ValidationReport) -> dict[str, Any]:
    """Plain data by the schema `validate.json`."""
    return problems.to_json(report.problems) | {
        "clusters": report.clusters,
        "hubs": report.hubs,
        "errors": report.errors,
        "warnings": report.warnings,
        "seconds": round(report.seconds, 3),
        "unchanged": report.unchanged,
    }


def _summary(report: ValidationReport) -> str:
    checked = " and ".join(_counted(count, word) for count, word in ((report.clusters, "cluster"), (report.hubs, "hub")) if count)
    how = "unchanged since the last check, told" if report.unchanged else "checked"
    counts = ((report.errors, "error"), (report.warnings, "warning"))
    found = " and ".join(_counted(count, word) for count, word in counts if count) or "no problems"
    return f"{checked} {how} in {report.seconds:.2f} s: {found}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
