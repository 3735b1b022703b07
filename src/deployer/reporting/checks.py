"""What a health check found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployer.model.health import CheckReport, CheckStep
from deployer.reporting.problems import visible

_INDENT = " " * 21


def to_text(report: CheckReport) -> str:
    """A line for each step with its time; what failed with what was expected and the ends of the logs. Ends with a newline."""
    lines = [f"{report.ref} at {report.url}", *(line for step in report.steps for line in _step(step)), _verdict(report)]
    return "".join(f"{visible(line)}\n" for line in lines)


def _step(step: CheckStep) -> Iterator[str]:
    title = f"{step.name} ({step.choice})" if step.choice else step.name
    time = f"{step.seconds:6.2f} s" if step.seconds else " " * 8
    failed = step.status == "failed"
    yield f"  {step.status.upper() if failed else step.status:<7}  {time}  {title}" + (f": {step.found}" if not failed else "")
    if failed:
        yield f"{_INDENT}expected: {step.expected}"
        yield from _hanging(f"{_INDENT}found: ", step.found)
        for log in step.logs:
            yield f"{_INDENT}last lines of the log of {_owner(log.source)}:"
            yield from (f"{_INDENT}  {line}" for line in log.lines)


def _hanging(head: str, text: str) -> Iterator[str]:
    """Text of several lines, the later ones below the first one's beginning."""
    first, *others = text.splitlines() or [""]
    yield f"{head}{first}"
    yield from (f"{' ' * len(head)}{line}" for line in others)


def _owner(source: str) -> str:
    return "the hub" if source == "hub" else f"the {source}"


def _verdict(report: CheckReport) -> str:
    failed = [step.name for step in report.steps if step.status == "failed"]
    if not failed:
        return f"healthy, checked in {report.seconds:.1f} s" + ("; people do not reach it yet" if report.pending else "")
    return f"unhealthy: {', '.join(f'`{name}`' for name in dict.fromkeys(failed))} failed"


def to_json(report: CheckReport) -> dict[str, Any]:
    """`{"cluster", "hub", "url", "healthy", "pending", "seconds", "steps": [...]}`; schema `check.json`."""
    return {
        "cluster": report.ref.cluster,
        "hub": report.ref.hub,
        "url": report.url,
        "healthy": report.healthy,
        "pending": report.pending,
        "seconds": round(report.seconds, 3),
        "steps": [_step_to_json(step) for step in report.steps],
    }


def _step_to_json(step: CheckStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "status": step.status,
        "seconds": round(step.seconds, 3),
        "choice": step.choice,
        "expected": step.expected,
        "found": step.found,
        "logs": [{"source": log.source, "lines": list(log.lines)} for log in step.logs],
    }
