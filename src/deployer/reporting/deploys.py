"""What deploys and removals came to, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from deployer.model.outcomes import DeployReport, HubOutcome, Outcome, Removal
from deployer.reporting import errors, plans
from deployer.reporting.problems import visible


def to_text(report: DeployReport) -> str:
    """Each hub with its address and how to log in, or why it failed; ends with a newline."""
    return "".join(outcome_to_text(hub) for hub in report.hubs)


def outcome_to_text(hub: HubOutcome) -> str:
    """One hub; ends with a newline."""
    match hub.outcome:
        case Outcome.PLANNED:
            return plans.to_text(hub.plan)
        case Outcome.SKIPPED:
            return f"{hub.ref}: not begun, since a hub before it failed\n"
        case Outcome.FAILED if hub.error:
            return f"{hub.ref}: failed\n{errors.to_text(hub.error)}"
        case _:
            return "".join(f"{visible(line)}\n" for line in _good(hub))


def _good(hub: HubOutcome) -> Iterator[str]:
    unchecked = "" if hub.check else ", not checked"
    unchanged = hub.outcome is Outcome.UNCHANGED
    yield f"{hub.ref}: {'unchanged, nothing to do' if unchanged else f'{hub.outcome} in {hub.seconds:.1f} s{unchecked}'}"
    yield f"  {hub.address}"
    if hub.login:
        yield f"  {hub.login}."
    if hub.pending:
        yield f"  pending: {hub.pending}."
        yield f"  It was checked through the API server; `deployer check {hub.ref.cluster} {hub.ref.hub}` looks again."


def to_json(report: DeployReport) -> dict[str, Any]:
    """`{"hubs": [...]}`, each as `outcome_to_json`."""
    return {"hubs": [outcome_to_json(hub) for hub in report.hubs]}


def outcome_to_json(hub: HubOutcome) -> dict[str, Any]:
    """`{"cluster", "hub", "outcome", "address", "login", "pending", "seconds", "plan", "checked", "check", "error"}`; the last
    two may be null."""
    return {
        "cluster": hub.ref.cluster,
        "hub": hub.ref.hub,
        "outcome": str(hub.outcome),
        "address": hub.address,
        "login": hub.login,
        "pending": hub.pending,
        "seconds": round(hub.seconds, 3),
        "plan": plans.to_json(hub.plan),
        "checked": hub.check is not None,
        "check": _check(hub),
        "error": errors.to_json(hub.error)["error"] if hub.error else None,
    }


def _check(hub: HubOutcome) -> dict[str, Any] | None:
    if hub.check is None:
        return None
    steps = [{"name": step.name, "status": step.status, "seconds": round(step.seconds, 3)} for step in hub.check.steps]
    return {"healthy": hub.check.healthy, "steps": steps}


def doomed_to_text(removals: Iterable[Removal]) -> str:
    """Each hub, what would go and what would stay; ends with a newline."""
    return "".join(f"{line}\n" for removal in removals for line in _removal(removal, "to be removed"))


def removals_to_text(removals: Iterable[Removal]) -> str:
    """Each hub, what went and what stays; ends with a newline."""
    return "".join(f"{line}\n" for removal in removals for line in _removal(removal, "removed"))


def _removal(removal: Removal, word: str) -> Iterator[str]:
    yield f"{removal.ref}: {word if removal.existed else 'does not run, nothing to do'}"
    yield from (f"  lost: {address}" for address in removal.lost)
    yield from (f"  kept: {address} (--allow-destroy {address} removes it)" for address in removal.kept)


def removals_to_json(removals: Iterable[Removal]) -> dict[str, Any]:
    """`{"hubs": [{"cluster", "hub", "existed", "lost": [...], "kept": [...]}]}`."""
    return {
        "hubs": [
            {
                "cluster": removal.ref.cluster,
                "hub": removal.ref.hub,
                "existed": removal.existed,
                "lost": list(removal.lost),
                "kept": list(removal.kept),
            }
            for removal in removals
        ]
    }
