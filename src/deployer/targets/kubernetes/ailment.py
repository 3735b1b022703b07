"""Whether a hub runs as it was deployed, and why it does not."""

from __future__ import annotations

from deployer.targets.kubernetes.api.objects import Object
from deployer.targets.kubernetes.pods.rollout import is_ready
from deployer.targets.kubernetes.release.record import Record, Records
from deployer.targets.kubernetes.release.releases import Revision


def ailment(records: Records, record: Record | None, last: Revision | None, deployments: list[Object]) -> str:
    """Why the hub is not healthy, or what somebody changed by hand, which a deploy puts right; empty where nothing is wrong."""
    if last is None:
        return "its release is gone"
    if record is None:
        return "it was not deployed by this deployer"
    if last.pending or not record.settled or record.returning:
        return "its last deploy did not come to a good end"
    if last.number != record.revision or last.status != "deployed":
        return f"somebody used helm since: revision {last.number} is {last.status}"
    return _of_objects(records, record, deployments)


def _of_objects(records: Records, record: Record, deployments: list[Object]) -> str:
    removed, edited = records.by_hand(record)
    waiting = [entry["metadata"]["name"] for entry in deployments if not is_ready(entry)]
    told = (("removed by hand", removed), ("not ready", waiting), ("changed by hand", edited))
    return next((f"{what}: {', '.join(names)}" for what, names in told if names), "")
