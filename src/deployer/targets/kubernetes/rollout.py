"""Waiting until a release runs, telling within seconds what keeps it from doing so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event, Thread

from deployer.errors import DeployerError, NoRoomError, UnhealthyError
from deployer.model.protocols import Clock, Progress
from deployer.targets.kubernetes.objects import Namespace, Object
from deployer.targets.kubernetes.words import Trouble, refused_pods, troubles

SCALE_UP_SECONDS = 900
"""How long a new node may take."""
_POLL = 0.25
_LOG_LINES = 15
_REVISION = "deployment.kubernetes.io/revision"
_ENDED = ("Failed", "Succeeded")
_OF_A_JOB = "batch.kubernetes.io/job-name"
_LAST_LOOK = 2.0
_SCALING = ("TriggeredScaleUp", "NotTriggerScaleUp")
"""The cluster autoscaler's words."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """Watches the deployments of one namespace. `scale_up_seconds`: how long an unscheduled pod may wait for a node;
    `look_seconds`: how often is looked at pods for which helm waits; `restarts`: how often a container that ended may be started
    again; `more`: where a person sees more of what is slow."""

    namespace: Namespace
    clock: Clock
    progress: Progress
    scale_up_seconds: float = SCALE_UP_SECONDS
    look_seconds: float = 2.0
    start_seconds: float = 300
    restarts: int = 0
    more: str = "Look with `deployer logs`."

    def wait(self) -> None:
        """Until every deployment has its new pods ready. Raises UnhealthyError with the cause, and the pod's last log lines."""
        told, patience = set[str](), Patience(self.clock, self.scale_up_seconds, self.start_seconds)
        while True:
            deployments = self.namespace.list("deployments")
            waiting = [deployment for deployment in deployments if not is_ready(deployment)]
            if not waiting:
                return
            found = self._troubles(waiting)
            final = next((trouble for trouble in found if self._is_final(trouble)), None)
            if final:
                raise self.failure(final)
            self.tell(found, told)
            if patience.is_over(troubled=bool(found)):
                raise self.failure(found[0]) if found else self._slow(waiting)
            self.clock.sleep(_POLL)

    @contextmanager
    def told_meanwhile(self) -> Iterator[None]:
        """Within, what keeps pods of Jobs from running is told: helm waits for those of its hooks, and says nothing."""
        over = Event()
        looking = Thread(target=copy_context().run, args=(self._tell_of_jobs, over), daemon=True)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join(_LAST_LOOK)

    def _tell_of_jobs(self, over: Event) -> None:
        told = set[str]()
        while not over.wait(self.look_seconds):
            with suppress(DeployerError):
                pods = [pod for pod in self.namespace.list("pods", labels=_OF_A_JOB) if _counts(pod)]
                self.tell([trouble for pod in pods for trouble in troubles(pod)], told)

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

    def _is_final(self, trouble: Trouble) -> bool:
        return trouble.final and (not trouble.container or trouble.restarts >= self.restarts)

    def _once(self, what: str, told: set[str], say: Callable[[str], None]) -> None:
        if what not in told:
            told.add(what)
            say(what)

    def _scaling(self, pod: str) -> Iterator[str]:
        events = self.namespace.list("events", fields=f"involvedObject.name={pod}")
        yield from (f"{pod}: {event['message']}" for event in events if event.get("reason") in _SCALING)

    def _troubles(self, waiting: list[Object]) -> list[Trouble]:
        newest = _newest([deployment for deployment in waiting if _is_seen(deployment)], self.namespace.list("replicasets"))
        pods = [pod for pod in self.namespace.list("pods") if newest & _owners(pod) and _counts(pod)]
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
            "\n".join([f"not ready after {self.start_seconds / 60:.0f} minutes: {names}", *said]), hint=self.more
        )


@dataclass(slots=True)
class Patience:
    """How long is waited: `troubled_seconds` while something has a cause that may go away, `quiet_seconds` since it last had."""

    clock: Clock
    troubled_seconds: float
    quiet_seconds: float
    _began: float = field(init=False)
    _quiet_since: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._quiet_since = self.clock.monotonic()

    def is_over(self, *, troubled: bool) -> bool:
        """To be asked at each look."""
        now = self.clock.monotonic()
        if troubled:
            self._quiet_since = now
        return now > (self._began + self.troubled_seconds if troubled else self._quiet_since + self.quiet_seconds)


def is_ready(deployment: Object) -> bool:
    """All its pods are of its newest form and ready."""
    wanted, status = deployment["spec"].get("replicas", 1), deployment.get("status") or {}
    counts = [status.get(name, 0) for name in ("updatedReplicas", "availableReplicas", "replicas")]
    return _is_seen(deployment) and all(count == wanted for count in counts)


def _is_seen(deployment: Object) -> bool:
    """Its controller knows what is asked for now."""
    return bool((deployment.get("status") or {}).get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0))


def _newest(deployments: Sequence[Object], replica_sets: Sequence[Object]) -> set[str]:
    """The uid of each deployment's ReplicaSet of its newest form: pods of an older one say nothing about the change."""
    of = {
        deployment["metadata"]["uid"]: [entry for entry in replica_sets if deployment["metadata"]["uid"] in _owners(entry)]
        for deployment in deployments
    }
    return {max(entries, key=_revision)["metadata"]["uid"] for entries in of.values() if entries}


def _revision(replica_set: Object) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(_REVISION, 0))


def _owners(found: Object) -> set[str]:
    return {owner["uid"] for owner in found["metadata"].get("ownerReferences") or []}


def _counts(pod: Object) -> bool:
    """It is neither on its way out nor a leftover, as the node keeps of what it evicted."""
    return not pod["metadata"].get("deletionTimestamp") and (pod.get("status") or {}).get("phase") not in _ENDED
