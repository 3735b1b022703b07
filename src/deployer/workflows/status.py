"""status: what runs, as its targets know without using it."""

from __future__ import annotations

from deployer.model.outcomes import HubState, HubStatus
from deployer.model.protocols import Effects
from deployer.workflows.choosing import Choice, Found, found, no_target
from deployer.workflows.preparation import read_fleet


def status(effects: Effects, choice: Choice) -> tuple[HubStatus, ...]:
    """All hubs that files name or that exist, of one cluster or of all. Raises UnknownNameError."""
    fleet = read_fleet(effects)
    return tuple(
        _status_of(hub) if hub.target else _unreachable(hub, no_target(fleet, hub.ref).message)
        for hub in found(effects, fleet, choice)
    )


def _status_of(hub: Found) -> HubStatus:
    target = hub.target
    if target is None:
        return _unreachable(hub, "")
    running, kept = target.running(hub.ref), target.remaining(hub.ref)
    if running is None:
        return HubStatus(ref=hub.ref, target=target.name, state=HubState.NOT_DEPLOYED, declared=hub.declared, kept=kept)
    return HubStatus(
        ref=hub.ref,
        target=target.name,
        state=HubState.RUNNING if running.healthy else HubState.UNHEALTHY if running.up else HubState.STOPPED,
        declared=hub.declared,
        address=running.address,
        users=running.users,
        version=running.version,
        deployed_at=running.deployed_at,
        deployed_by=running.deployed_by,
        detail=running.detail,
        kept=kept,
    )


def _unreachable(hub: Found, why: str) -> HubStatus:
    return HubStatus(ref=hub.ref, target="", state=HubState.UNREACHABLE, declared=hub.declared, detail=why)
