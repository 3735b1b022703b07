"""Waiting until a release runs, telling within seconds what keeps it from doing so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deployer.errors import NoRoomError, UnhealthyError
from deployer.model.protocols import Clock, Progress
from deployer.targets.kubernetes.objects import Namespace, Object
from deployer.targets.kubernetes.words import Trouble, refused_pods, troubles

_SECONDS_TO_START = 300
SCALE_UP_SECONDS = 900
"""How long a new node may take."""
_POLL = 0.25
_LOG_LINES = 15
_SERVER = "singleuser-server"
_SCALING = ("TriggeredScaleUp", "NotTriggerScaleUp")
"""The cluster autoscaler's words."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """Watches the deployments of one namespace. `scale_up_seconds`: how long an unscheduled pod may wait for a node."""

    namespace: Namespace
    clock: Clock
    progress: Progress
    scale_up_seconds: float = SCALE_UP_SECONDS

    def wait(self) -> None:
        """Until every deployment has its new pods ready. Raises UnhealthyError with the cause, and the pod's last log lines."""
        began, told = self.clock.monotonic(), set[str]()
        while True:
            deployments = self.namespace.list("deployments")
            waiting = [deployment for deployment in deployments if not is_ready(deployment)]
            if not waiting:
                return
            found = self._troubles(waiting)
            final = next((trouble for trouble in found if trouble.final), None)
            if final:
                raise self.failure(final)
            self.tell(found, told)
            waited = self.clock.monotonic() - began
            if waited > (self.scale_up_seconds if found else _SECONDS_TO_START):
                raise self.failure(found[0]) if found else self._slow(waiting)
            self.clock.sleep(_POLL)

    def tell(self, found: Sequence[Trouble], told: set[str]) -> None:
        """Each trouble once, and what an autoscaler does about it; `told` is what was told already."""
        for trouble in found:
            self._once(trouble.what, told, self.progress.warn)
            if trouble.room:
                minutes = self.scale_up_seconds / 60
                self._once(f"waiting for room, {minutes:.0f} minutes at most", told, self.progress.say)
                for said in self._scaling(trouble.pod):
                    self._once(said, told, self.progress.say)

    def failure(self, trouble: Trouble) -> UnhealthyError:
        """What a person is told of it."""
        lines = self._log(trouble)
        said = [f"last lines of the log of {trouble.pod}:", *(f"  {line}" for line in lines)] if lines else []
        kind = NoRoomError if trouble.room else UnhealthyError
        return kind("\n".join([trouble.what, *said]), hint=trouble.hint)

    def _once(self, what: str, told: set[str], say: Callable[[str], None]) -> None:
        if what not in told:
            told.add(what)
            say(what)

    def _scaling(self, pod: str) -> Iterator[str]:
        events = self.namespace.list("events", fields=f"involvedObject.name={pod}")
        yield from (f"{pod}: {event['message']}" for event in events if event.get("reason") in _SCALING)

    def _troubles(self, waiting: list[Object]) -> list[Trouble]:
        names = {deployment["metadata"]["name"] for deployment in waiting}
        pods = [pod for pod in self.namespace.list("pods") if not _is_server(pod) and _newest(pod, names)]
        return [*refused_pods(waiting), *(trouble for pod in pods for trouble in troubles(pod))]

    def _log(self, trouble: Trouble) -> tuple[str, ...]:
        if not trouble.container:
            return ()
        now = self.namespace.log(trouble.pod, container=trouble.container, lines=_LOG_LINES)
        return now or self.namespace.log(trouble.pod, container=trouble.container, lines=_LOG_LINES, previous=True)

    def _slow(self, waiting: list[Object]) -> UnhealthyError:
        names = ", ".join(deployment["metadata"]["name"] for deployment in waiting)
        events = self.namespace.list("events", fields="type=Warning")
        said = [f"  {event['involvedObject'].get('name', '')}: {event.get('message', '')}" for event in events[-5:]]
        return UnhealthyError(
            "\n".join([f"not ready after {_SECONDS_TO_START // 60} minutes: {names}", *said]), hint="Look with `deployer logs`."
        )


def is_ready(deployment: Object) -> bool:
    """All its pods are of its newest form and ready."""
    wanted, status = deployment["spec"].get("replicas", 1), deployment.get("status") or {}
    seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    counts = [status.get(name, 0) for name in ("updatedReplicas", "availableReplicas", "replicas")]
    return seen and all(count == wanted for count in counts)


def _is_server(pod: Object) -> bool:
    return (pod["metadata"].get("labels") or {}).get("component") == _SERVER


def _newest(pod: Object, deployments: set[str]) -> bool:
    """It belongs to one of the deployments and is not on its way out."""
    owners = pod["metadata"].get("ownerReferences") or []
    return not pod["metadata"].get("deletionTimestamp") and any(
        owner["kind"] == "ReplicaSet" and owner["name"].rpartition("-")[0] in deployments for owner in owners
    )
