"""try: any hub of any cluster as a hub of this machine, without its secrets and outputs, for as long as somebody looks."""

from __future__ import annotations

from dataclasses import replace

from deployer.errors import UnhealthyError
from deployer.model.outcomes import HubOutcome, Removal
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.workflows.choosing import TRY, Choice, to_deploy
from deployer.workflows.deploy import DeployOptions, deploy_releases
from deployer.workflows.preparation import releases
from deployer.workflows.reading import read_fleet
from deployer.workflows.selection import known

_FIRST_PORT = 8100
"""Away from the ports of hubs that are deployed."""
_LOOK_SECONDS = 1.0


def attempt(effects: Effects, cluster: str, hub: str, *, dry_run: bool = False) -> HubOutcome:
    """Bring the hub up beside everything else. Raises like `deploy`."""
    fleet = read_fleet(effects)
    refs = to_deploy(fleet, Choice(cluster, (hub,)))
    release = _scratch(releases(effects, fleet, refs)[0])
    options = DeployOptions(dry_run=dry_run, check=False)
    return deploy_releases(effects, [(effects.targets[TRY], release)], options).hubs[0]


def _scratch(release: Release) -> Release:
    return replace(release, first_port=_FIRST_PORT, stage="staging")


def watch(effects: Effects, ref: HubRef) -> None:
    """Wait until somebody interrupts. Raises UnhealthyError where the hub ends by itself."""
    target = effects.targets[TRY]
    while True:
        effects.clock.sleep(_LOOK_SECONDS)
        running = target.running(ref)
        if running is None:
            return
        if not running.up:
            raise UnhealthyError(f"the hub {ref} has ended: {running.detail}", hint="Its log is above; mend what it says.")


def end(effects: Effects, ref: HubRef) -> Removal:
    """Stop the hub and remove all that is left of it. Raises UnknownNameError where it is not being tried."""
    target = effects.targets[TRY]
    known("hub", str(ref), map(str, target.hubs()), of="what is being tried")
    lost = target.remaining(ref)
    with target.lock(ref), effects.progress.step(f"Stop {ref} and remove what it left"):
        target.destroy(ref, also=frozenset(target.volumes(ref)))
    return Removal(ref=ref, existed=True, lost=lost)
