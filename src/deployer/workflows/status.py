"""status: what runs, as its targets know without using it, and whether people reach it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from deployer.config.loaded import LoadedFleet
from deployer.errors import ExternalError
from deployer.model.outcomes import HubState, HubStatus
from deployer.model.protocols import Effects, Target
from deployer.workflows.choosing import Choice, Found, found, no_target
from deployer.workflows.reading import read_fleet

_AT_ONCE = 32


def status(effects: Effects, choice: Choice) -> tuple[HubStatus, ...]:
    """All hubs that files name or that exist, of one cluster or of all. Raises UnknownNameError."""
    fleet = read_fleet(effects)
    hubs = found(effects, fleet, choice)
    # At once: a cluster or a name that does not answer may take seconds.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(lambda hub: _reached(effects, _status_of(fleet, hub, several=len(hubs) > 1)), hubs))


def _reached(effects: Effects, hub: HubStatus) -> HubStatus:
    return replace(hub, pending=effects.prober.pending(hub.address)) if hub.address.startswith("https://") else hub


def _status_of(fleet: LoadedFleet, hub: Found, *, several: bool) -> HubStatus:
    if hub.target is None:
        return _unreachable(hub, hub.fault or no_target(fleet, hub.ref).message)
    try:
        return _seen(hub, hub.target.overview() if several else hub.target)
    except ExternalError as error:
        return _unreachable(hub, error.message)


def _seen(hub: Found, target: Target) -> HubStatus:
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
        image=running.image,
        deployed_at=running.deployed_at,
        deployed_by=running.deployed_by,
        detail=running.detail,
        kept=kept,
    )


def _unreachable(hub: Found, why: str) -> HubStatus:
    return HubStatus(ref=hub.ref, target="", state=HubState.UNREACHABLE, declared=hub.declared, detail=why)
