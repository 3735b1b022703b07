"""What validation found, in a form that is kept between runs. Light to import: an unchanged fleet needs nothing else.

What is kept has no text of the files, which may hold a secret in the wrong place: the lines around a problem are taken from the
files anew. A verdict with errors is not kept at all, as its sentences quote what people wrote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from deployer.config.source_text import SourceText
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
    """All findings in order, and the names of every cluster and its hubs, whether they loaded or not.

    `untried`: how many hubs were not rendered, by the reason."""

    findings: tuple[Finding, ...]
    clusters: Mapping[str, tuple[str, ...]]
    untried: Mapping[str, int] = field(default_factory=dict)

    @property
    def may_be_kept(self) -> bool:
        """Nothing in it stops a deploy."""
        return all(finding.problem.severity is not Severity.ERROR for finding in self.findings)


def to_bytes(verdict: Verdict) -> bytes:
    """The verdict as JSON, without any text of the files."""
    findings = [asdict(finding) for finding in verdict.findings]
    for finding in findings:
        place = finding["problem"]["place"]
        place["excerpt"] = bool(place["excerpt"])
    return json.dumps({"findings": findings, "clusters": dict(verdict.clusters), "untried": dict(verdict.untried)}).encode()


def from_bytes(content: bytes, files: Mapping[str, bytes]) -> Verdict | None:
    """The verdict that `to_bytes` wrote, with the lines of `files`; None for anything else."""

    @cache
    def text(file: str) -> SourceText:
        return SourceText(file, files.get(file, b""))

    def place(data: dict[str, Any]) -> Place:
        shown = data.pop("excerpt") and data["file"] in files
        whole = Place(**data)
        return text(whole.file).place(whole.line - 1, whole.column - 1, whole.width) if shown else whole

    def finding(data: dict[str, Any]) -> Finding:
        told = data["problem"]
        severity, where = Severity(told.pop("severity")), place(told.pop("place"))
        problem = Problem(**told, place=where, severity=severity)
        return Finding(problem=problem, cluster=data["cluster"], hubs=tuple(data["hubs"]))

    try:
        data = json.loads(content)
        return Verdict(
            findings=tuple(finding(item) for item in data["findings"]),
            clusters={name: tuple(hubs) for name, hubs in data["clusters"].items()},
            untried=data["untried"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
