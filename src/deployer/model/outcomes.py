"""What commands that touch hubs report: frozen data that reporting turns into text and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from deployer.errors import EXIT_PENDING, DeployerError, worst_exit_code
from deployer.model.health import CheckReport
from deployer.model.plan import Plan
from deployer.model.release import HubRef


class Outcome(StrEnum):
    """How a deploy of one hub ended."""

    UNCHANGED = "unchanged"
    PLANNED = "planned"
    """Shown and not carried out."""
    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled back"
    """Back to the deploy before, as a person asked."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not begun, since a hub before it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubOutcome:
    """One hub's deploy. `login` says in a sentence how a person logs in; `seconds` is wall time."""

    ref: HubRef
    outcome: Outcome
    plan: Plan
    address: str = ""
    login: str = ""
    check: CheckReport | None = None
    seconds: float = 0.0
    error: DeployerError | None = None

    @property
    def pending(self) -> str:
        """What it still waits for before people reach it, in a phrase; empty where they do, or where nobody looked."""
        return self.check.pending if self.check else ""


@dataclass(frozen=True, slots=True)
class DeployReport:
    """All hubs of one deploy, in the order in which they were taken."""

    hubs: tuple[HubOutcome, ...]

    def exit_code(self, *, pending: bool = False) -> int:
        """The worst of the hubs' codes; with `pending`, a plan with steps counts as 3."""
        codes = [hub.error.exit_code for hub in self.hubs if hub.error]
        if pending and any(hub.outcome is Outcome.PLANNED for hub in self.hubs):
            codes.append(EXIT_PENDING)
        return worst_exit_code([0, *codes])


class HubState(StrEnum):
    """How a hub is, as far as its target knows without using it."""

    RUNNING = "running"
    UNHEALTHY = "unhealthy"
    STOPPED = "stopped"
    NOT_DEPLOYED = "not deployed"
    UNREACHABLE = "unreachable"
    """This deployer has no target for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStatus:
    """One hub. `declared`: a file of the fleet names it; `version`, `image` as in `Running`; `pending`: what it waits for before
    people reach it, in a phrase; `kept`: what is left of it, as `--allow-destroy` takes it."""

    ref: HubRef
    target: str
    state: HubState
    declared: bool
    address: str = ""
    users: int = 0
    version: str = ""
    image: str = ""
    deployed_at: str = ""
    deployed_by: str = ""
    detail: str = ""
    pending: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One hub that was taken away. `existed`: there was something; `lost` went with it, `kept` stays."""

    ref: HubRef
    existed: bool
    lost: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
