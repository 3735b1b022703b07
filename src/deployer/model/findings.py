"""What looking at a cluster, or at one person's server, found, and what was expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from deployer.model.health import LogTail
from deployer.model.release import Release


class Verdict(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It could not be looked at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `name` is a word for it, `found` a phrase, `hint` what to do next."""

    name: str
    verdict: Verdict
    found: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All of it, in the order in which a person would look. `hub` and `user` are empty where the whole cluster was looked at."""

    cluster: str
    hub: str = ""
    user: str = ""
    findings: tuple[Finding, ...]
    logs: tuple[LogTail, ...] = ()

    @property
    def good(self) -> bool:
        """Nothing failed."""
        return all(finding.verdict is not Verdict.FAILED for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Nodes of one kind, as the cluster's file tells of them. `labels` are those by which servers find them, empty where none
    looks for them; `memory` (bytes) and `cpu` are what servers are given of one node, 0 where nobody knows. `purpose`: `core`,
    `notebook` or `worker`."""

    name: str
    purpose: str = "notebook"
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[str, ...] = ()
    minimum: int = 0
    memory: int = 0
    cpu: float = 0
    gpus: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the files expect of a cluster: its node pools, and its hubs as redacted releases."""

    pools: tuple[Pool, ...] = ()
    releases: tuple[Release, ...] = ()
