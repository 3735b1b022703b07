"""What was found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployer.model.findings import Finding, Findings, Verdict
from deployer.reporting.problems import visible


def to_text(report: Findings) -> str:
    """A line for each thing with what to do about it, then the ends of the logs; ends with a newline."""
    whose = f"{report.user} on {report.cluster}/{report.hub}" if report.user else report.cluster
    lines = [whose, *(line for finding in report.findings for line in _finding(finding))]
    for log in report.logs:
        lines += [f"last lines of the log of {log.source}:", *(f"  {line}" for line in log.lines)]
    return "".join(f"{visible(line)}\n" for line in lines)


def _finding(finding: Finding) -> Iterator[str]:
    status = finding.verdict.upper() if finding.verdict is Verdict.FAILED else str(finding.verdict)
    yield f"  {status:<8} {finding.name}: {finding.found}"
    if finding.hint:
        yield f"           {finding.hint}"


def to_json(report: Findings) -> dict[str, Any]:
    """`{"cluster", "hub", "user", "good", "findings": [{"name", "verdict", "found", "hint"}], "logs": [{"source", "lines"}]}`;
    schemas `diagnose.json`, `doctor.json`."""
    return {
        "cluster": report.cluster,
        "hub": report.hub,
        "user": report.user,
        "good": report.good,
        "findings": [
            {"name": finding.name, "verdict": str(finding.verdict), "found": finding.found, "hint": finding.hint}
            for finding in report.findings
        ],
        "logs": [{"source": log.source, "lines": list(log.lines)} for log in report.logs],
    }
