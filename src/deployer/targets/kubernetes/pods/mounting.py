"""Volumes that a pod waits for, of which only events tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deployer.model.protocols import Clock
from deployer.targets.kubernetes.api.objects import Namespace, Object, conditions
from deployer.targets.kubernetes.pods.words import Trouble, unmounted

_MOMENTS = 5.0
"""What is made together with a pod comes as late as that, and the kubelet complains until it does."""


@dataclass(frozen=True, slots=True)
class Mounting:
    """Looks at the pods of one namespace again and again, and tells of those whose volumes take long. None of it is final: a disk
    may come from another node."""

    namespace: Namespace
    clock: Clock
    _since: dict[str, float] = field(default_factory=dict)

    def troubles(self, pods: Iterable[Object]) -> Iterator[Trouble]:
        """To be asked at each look."""
        for pod in pods:
            if not _waits(pod):
                continue
            now, uid = self.clock.monotonic(), pod["metadata"]["uid"]
            if now >= self._since.setdefault(uid, now) + _MOMENTS:
                events = self.namespace.list("events", fields=f"involvedObject.uid={uid}")
                yield from unmounted(pod["metadata"]["name"], events)


def kept_waiting(pod: Object, events: Iterable[Object]) -> Iterator[Trouble]:
    """What events say of the volumes that a pod waits for now, after its first moments. Pods of its name before it had events,
    too."""
    if _waits(pod):
        name, made = pod["metadata"]["name"], datetime.fromisoformat(pod["metadata"]["creationTimestamp"])
        since = made + timedelta(seconds=_MOMENTS)
        own = (event for event in events if event["involvedObject"].get("name") == name)
        yield from unmounted(name, (event for event in own if datetime.fromisoformat(moment(event)) >= since))


def moment(event: Object) -> str:
    """When it happened last."""
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"])


def _waits(pod: Object) -> bool:
    """It has a node, and not all of its volumes there."""
    found = conditions(pod)
    placed, begun = (found.get(name, {}).get("status") for name in ("PodScheduled", "PodReadyToStartContainers"))
    return placed == "True" and begun != "True" and (pod.get("status") or {}).get("phase") == "Pending"
