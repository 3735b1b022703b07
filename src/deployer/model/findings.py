"""What looking at a cluster, or at one person's server, found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from deployer.model.health import LogTail


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
