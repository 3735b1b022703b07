"""destroy: stop hubs and take them away; what people made stays unless it is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deployer.errors import UsageError
from deployer.model.outcomes import Removal
from deployer.model.protocols import Effects, Target
from deployer.model.release import HubRef
from deployer.workflows.choosing import Choice, cluster_names, found, no_target
from deployer.workflows.reading import read_fleet
from deployer.workflows.selection import known


@dataclass(frozen=True, slots=True)
class Doomed:
    """A hub that is to go. `running`: it runs; `loses` and `keeps`: addresses of what goes with it and what stays."""

    ref: HubRef
    target: Target
    running: bool
    loses: tuple[str, ...]
    keeps: tuple[str, ...]

    @property
    def exists(self) -> bool:
        """There is something to take away."""
        return self.running or bool(self.loses)

    @property
    def removal(self) -> Removal:
        """What carrying it out would report."""
        return Removal(ref=self.ref, existed=self.exists, lost=self.loses, kept=self.keeps)


def doomed(effects: Effects, choice: Choice, allowed: Sequence[str]) -> tuple[Doomed, ...]:
    """What would go and what would stay; touches nothing. Raises UnknownNameError, UsageError."""
    fleet = read_fleet(effects)
    if choice.cluster is None or not choice.hubs:
        names = ", ".join(cluster_names(fleet))
        raise UsageError("no hub is named", hint=f"`deployer destroy CLUSTER HUB` takes away one hub. Clusters: {names}.")
    chosen = [hub for hub in found(effects, fleet, choice) if hub.target or hub.declared]
    here = [(hub.target, hub.ref) for hub in chosen if hub.target]
    if not here:
        raise no_target(fleet, chosen[0].ref)
    volumes = [address for target, ref in here for address in target.volumes(ref)]
    for address in allowed:
        known("thing", address, volumes, of="what --allow-destroy can name here")
    return tuple(_doomed(target, ref, allowed) for target, ref in here)


def _doomed(target: Target, ref: HubRef, allowed: Sequence[str]) -> Doomed:
    remaining = target.remaining(ref)
    return Doomed(
        ref=ref,
        target=target,
        running=target.running(ref) is not None,
        loses=tuple(address for address in remaining if address in allowed),
        keeps=tuple(address for address in remaining if address not in allowed),
    )


def destroy(effects: Effects, hubs: Sequence[Doomed]) -> tuple[Removal, ...]:
    """Carry it out, each hub under its lock."""
    return tuple(_destroy_one(effects, hub) for hub in hubs)


def _destroy_one(effects: Effects, hub: Doomed) -> Removal:
    if not hub.exists:
        return hub.removal
    with hub.target.lock(hub.ref), effects.progress.step(f"Stop {hub.ref}"):
        kept = hub.target.destroy(hub.ref, also=frozenset(hub.loses))
    return Removal(ref=hub.ref, existed=True, lost=hub.loses, kept=kept)
