"""The plan of one hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deployer.model.plan import Manifests, Plan, Running, Step
from deployer.model.release import HubRef
from deployer.planning.callbacks import other_callbacks
from deployer.planning.changes import changes
from deployer.planning.homes import other_homes


def hub_plan(ref: HubRef, manifests: Manifests, running: Running | None, steps: Sequence[Step], homes: Mapping[str, str]) -> Plan:
    """Why and what: the documents that differ, the target's steps, what this target cannot honour. `homes`: documents that tell
    where people's homes are now."""
    before = running.documents if running else {}
    moved = [f"homes would appear empty: {reason}" for reason in other_homes(homes, manifests.documents)]
    notices = (*manifests.notices, *moved, *other_callbacks(before, manifests.documents))
    return Plan(ref=ref, changes=changes(before, manifests.documents), steps=tuple(steps), notices=notices)
