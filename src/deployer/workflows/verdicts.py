"""What validation found, in a form that is kept between runs. Light to import: an unchanged fleet needs nothing else.

Problems quote what people wrote, which may be a secret in the wrong place. So what is kept is sealed by what it was found in:
who has the fleet's files has no need of it, and for who has them not it is noise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

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


def to_bytes(verdict: Verdict, seal: str) -> bytes:
    """The verdict, to be read again by the same `seal`: a text that nobody has who does not have all that was judged."""
    problems = [asdict(problem) for problem in verdict.problems]
    data = {"problems": problems, "clusters": dict(verdict.clusters), "untried": dict(verdict.untried)}
    return _sealed(json.dumps(data).encode(), seal)


def from_bytes(content: bytes, seal: str) -> Verdict | None:
    """The verdict that `to_bytes` wrote; None for anything else."""
    try:
        data = json.loads(_sealed(content, seal))
        return Verdict(
            problems=tuple(_problem(item) for item in data["problems"]),
            clusters={name: tuple(hubs) for name, hubs in data["clusters"].items()},
            untried=data["untried"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _problem(data: dict[str, Any]) -> Problem:
    severity, where = Severity(data.pop("severity")), data.pop("place")
    excerpt = tuple((number, line) for number, line in where.pop("excerpt"))
    hubs = tuple(HubRef(**ref) for ref in data.pop("hubs"))
    return Problem(**data, place=Place(**where, excerpt=excerpt), severity=severity, hubs=hubs)


def _sealed(content: bytes, seal: str) -> bytes:
    """The content under the stream of bytes that the seal begins, or out of it again."""
    stream = hashlib.shake_256(f"verdict of {seal}".encode()).digest(len(content))
    return (int.from_bytes(content) ^ int.from_bytes(stream)).to_bytes(len(content))
