"""What validation found, in a form that is kept between runs. Light to import: an unchanged fleet needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from deployer.model.place import Place
from deployer.model.problem import Problem, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem and whom it concerns: no cluster means the whole fleet, no hubs all hubs of the cluster."""

    problem: Problem
    cluster: str = ""
    hubs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All findings in order, and the names of every cluster and its hubs, whether they loaded or not."""

    findings: tuple[Finding, ...]
    clusters: Mapping[str, tuple[str, ...]]


def to_bytes(verdict: Verdict) -> bytes:
    """The verdict as JSON."""
    return json.dumps(
        {"findings": [asdict(finding) for finding in verdict.findings], "clusters": dict(verdict.clusters)}
    ).encode()


def from_bytes(content: bytes) -> Verdict | None:
    """The verdict that `to_bytes` wrote; None for anything else."""
    try:
        data = json.loads(content)
        return Verdict(
            findings=tuple(_finding(item) for item in data["findings"]),
            clusters={name: tuple(hubs) for name, hubs in data["clusters"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _finding(data: dict[str, Any]) -> Finding:
    problem = data["problem"]
    place = problem.pop("place")
    excerpt = tuple((number, text) for number, text in place.pop("excerpt"))
    severity = Severity(problem.pop("severity"))
    return Finding(
        problem=Problem(place=Place(**place, excerpt=excerpt), severity=severity, **problem),
        cluster=data["cluster"],
        hubs=tuple(data["hubs"]),
    )
