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
from deployer.model.release import HubRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All problems in order, and the names of every cluster and its hubs, whether they loaded or not.

    `untried`: how many hubs were not rendered, by the reason."""

    problems: tuple[Problem, ...]
    clusters: Mapping[str, tuple[str, ...]]
    untried: Mapping[str, int] = field(default_factory=dict)

    @property
    def may_be_kept(self) -> bool:
        """Nothing in it stops a deploy."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)


def to_bytes(verdict: Verdict) -> bytes:
    """The verdict as JSON, without any text of the files."""
    problems = [asdict(problem) for problem in verdict.problems]
    for problem in problems:
        place = problem["place"]
        place["excerpt"] = bool(place["excerpt"])
    return json.dumps({"problems": problems, "clusters": dict(verdict.clusters), "untried": dict(verdict.untried)}).encode()


def from_bytes(content: bytes, files: Mapping[str, bytes]) -> Verdict | None:
    """The verdict that `to_bytes` wrote, with the lines of `files`; None for anything else."""

    @cache
    def text(file: str) -> SourceText:
        return SourceText(file, files.get(file, b""))

    def place(data: dict[str, Any]) -> Place:
        shown = data.pop("excerpt") and data["file"] in files
        whole = Place(**data)
        return text(whole.file).place(whole.line - 1, whole.column - 1, whole.width) if shown else whole

    def problem(data: dict[str, Any]) -> Problem:
        severity, where = Severity(data.pop("severity")), place(data.pop("place"))
        hubs = tuple(HubRef(**ref) for ref in data.pop("hubs"))
        return Problem(**data, place=where, severity=severity, hubs=hubs)

    try:
        data = json.loads(content)
        return Verdict(
            problems=tuple(problem(item) for item in data["problems"]),
            clusters={name: tuple(hubs) for name, hubs in data["clusters"].items()},
            untried=data["untried"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
