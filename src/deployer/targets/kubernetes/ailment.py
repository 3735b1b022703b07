"""Whether a hub runs as it was deployed, and why it does not."""

from __future__ import annotations

from deployer.targets.kubernetes.objects import Object
from deployer.targets.kubernetes.record import Record, Records
from deployer.targets.kubernetes.releases import Revision
from deployer.targets.kubernetes.rollout import is_ready


def ailment(record: Record | None, last: Revision | None, deployments: list[Object]) -> str:
    """Why the hub is not healthy; empty where it is."""
    if last is None:
        return "its release is gone"
    if record is None:
        return "it was not deployed by this deployer"
    if last.pending or not record.settled or record.returning:
        return "its last deploy did not come to a good end"
    if last.number != record.revision or last.status != "deployed":
        return f"somebody used helm since: revision {last.number} is {last.status}"
    waiting = [entry["metadata"]["name"] for entry in deployments if not is_ready(entry)]
    missing = {"hub", "proxy"} - {entry["metadata"]["name"] for entry in deployments}
    if missing:
        return f"removed by hand: {', '.join(sorted(missing))}"
    return f"not ready: {', '.join(waiting)}" if waiting else ""


def edited(records: Records, record: Record | None, deployments: list[Object]) -> str:
    """What somebody changed by hand, which a deploy puts right; empty where nothing."""
    if record is None or not record.marks:
        return ""
    now = records.marks(deployments)
    names = sorted(name for name in record.marks.keys() | now.keys() if record.marks.get(name) != now.get(name))
    return f"changed by hand: {', '.join(names)}" if names else ""
