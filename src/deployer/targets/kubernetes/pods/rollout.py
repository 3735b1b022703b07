"""Waiting until a release runs, telling within seconds what keeps it from doing so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event, Thread

from deployer.errors import DeployerError, NoRoomError, UnhealthyError
from deployer.model.protocols import Clock, Progress
from deployer.targets.kubernetes.api.objects import Namespace, Object
from deployer.targets.kubernetes.pods.mounting import Mounting
from deployer.targets.kubernetes.pods.words import Trouble, refused_pods, troubles

SCALE_UP_SECONDS = 900
"""How long a new node may take."""
_POLL = 0.25
_LOG_LINES = 15
_REVISION = "deployment.kubernetes.io/revision"
_ENDED = ("Failed", "Succeeded")
_NO_SERVER = "component!=singleuser-server"
_MAKERS = ("Job", "DaemonSet")
"""Whose pods a chart's hooks wait for: they do something once, or fetch images to every node."""
_LAST_LOOK = 2.0
_BACK_OFF = 300.0
"""How long Kubernetes waits at most until it starts again a container that ended."""
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
        told, patience, excuses = set[str](), Patience(self.clock, self.scale_up_seconds, self.start_seconds), Excuses()
        mounting = Mounting(self.namespace, self.clock)
        while True:
            deployments = self.namespace.list("deployments")
            waiting = [deployment for deployment in deployments if not is_ready(deployment)]
            if not waiting:
                return
            pods = self._newest_pods(waiting)
            found, excused = excuses.apart([(of, [*refused_pods([of]), *self._found(its)]) for of, its in pods])
            final = next((trouble for trouble in found if self._is_final(trouble)), None)
            if final:
                raise self.failure(_cause(final, excused))
            self.tell([*found, *excused, *mounting.troubles(pod for _, its in pods for pod in its)], told)
            if patience.is_over(troubled=bool(found), longer=_BACK_OFF if excused else 0):
                raise self.failure([*found, *excused][0]) if found or excused else self._slow(waiting)
            self.clock.sleep(_POLL)

    @contextmanager
    def told_meanwhile(self) -> Iterator[None]:
        """Within, what keeps pods that hooks wait for from running is told: helm waits for the hooks, and says nothing."""
        over = Event()
        looking = Thread(target=copy_context().run, args=(self._tell_of_hooks, over), daemon=True)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join(_LAST_LOOK)

    def _tell_of_hooks(self, over: Event) -> None:
        told, mounting = set[str](), Mounting(self.namespace, self.clock)
        while not over.wait(self.look_seconds):
            with suppress(DeployerError):
                # One pod of each maker speaks for all: of a DaemonSet, every node has one with the same trouble.
                by_maker: dict[str, list[Trouble]] = {}
                for pod in filter(_counts, self.namespace.list("pods", labels=_NO_SERVER)):
                    for maker in _owners(pod, *_MAKERS):
                        by_maker[maker] = by_maker.get(maker) or [*self._found([pod]), *mounting.troubles([pod])]
                self.tell([trouble for found in by_maker.values() for trouble in found], told)

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

    def _newest_pods(self, waiting: list[Object]) -> list[tuple[Object, list[Object]]]:
        """Those of each deployment that is waited for."""
        newest = _newest([deployment for deployment in waiting if _is_seen(deployment)], self.namespace.list("replicasets"))
        pods = [pod for pod in self.namespace.list("pods") if _counts(pod)]
        return [(deployment, [pod for pod in pods if newest.get(_uid(deployment)) in _owners(pod)]) for deployment in waiting]

    def _found(self, pods: list[Object]) -> list[Trouble]:
        return [trouble for pod in pods for trouble in troubles(pod) if not self._has_come(trouble)]

    def _has_come(self, trouble: Trouble) -> bool:
        """The scheduler sees a claim a moment later than whoever made it."""
        return bool(trouble.claim) and self.namespace.get("persistentvolumeclaims", trouble.claim) is not None

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
class Excuses:
    """A container may end as it misses what another deployment of its release is to give, as the hub does without its proxy: that
    says something only where no other is still on its way.

    `ended`: deployments of which a container has ended; `seen`: how often each container had been started again while excused.
    """

    ended: set[str] = field(default_factory=set)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def apart(self, waiting: Sequence[tuple[Object, Sequence[Trouble]]]) -> tuple[list[Trouble], list[Trouble]]:
        """The troubles of the deployments that are waited for: those that count, and those that are excused for now."""
        every = [trouble for _, found in waiting for trouble in found]
        self.ended |= {_uid(deployment) for deployment, found in waiting if any(trouble.container for trouble in found)}
        if any(_is_away(deployment) and _uid(deployment) not in self.ended for deployment, _ in waiting):
            self.seen |= {(trouble.pod, trouble.container): trouble.restarts for trouble in every if trouble.container}
        return [one for one in every if not self._excused(one)], [one for one in every if self._excused(one)]

    def _excused(self, trouble: Trouble) -> bool:
        return bool(trouble.container) and trouble.restarts <= self.seen.get((trouble.pod, trouble.container), -1)


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

    def is_over(self, *, troubled: bool, longer: float = 0) -> bool:
        """To be asked at each look. `longer`: how much more than the quiet time there is for now."""
        now = self.clock.monotonic()
        if troubled:
            self._quiet_since = now
        return now > (self._began + self.troubled_seconds if troubled else self._quiet_since + self.quiet_seconds + longer)


def _cause(final: Trouble, excused: Sequence[Trouble]) -> Trouble:
    """Of containers that ended, the one that did so most often: others end as they miss it."""
    return max([final, *excused], key=lambda trouble: trouble.restarts) if final.container else final


def is_ready(deployment: Object) -> bool:
    """All its pods are of its newest form and ready."""
    wanted, status = deployment["spec"].get("replicas", 1), deployment.get("status") or {}
    counts = [status.get(name, 0) for name in ("updatedReplicas", "availableReplicas", "replicas")]
    return _is_seen(deployment) and all(count == wanted for count in counts)


def _is_away(deployment: Object) -> bool:
    """No pod of it serves, of whatever form."""
    return not (deployment.get("status") or {}).get("availableReplicas")


def _uid(found: Object) -> str:
    return str(found["metadata"]["uid"])


def _is_seen(deployment: Object) -> bool:
    """Its controller knows what is asked for now."""
    return bool((deployment.get("status") or {}).get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0))


def _newest(deployments: Sequence[Object], replica_sets: Sequence[Object]) -> Mapping[str, str]:
    """By a deployment's uid, that of its ReplicaSet of its newest form: pods of an older one say nothing about the change."""
    of = {_uid(one): [entry for entry in replica_sets if _uid(one) in _owners(entry)] for one in deployments}
    return {uid: _uid(max(entries, key=_revision)) for uid, entries in of.items() if entries}


def _revision(replica_set: Object) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(_REVISION, 0))


def _owners(found: Object, *kinds: str) -> set[str]:
    owners = found["metadata"].get("ownerReferences") or []
    return {owner["uid"] for owner in owners if not kinds or owner.get("kind") in kinds}


def _counts(pod: Object) -> bool:
    """It is neither on its way out nor a leftover, as the node keeps of what it evicted."""
    return not pod["metadata"].get("deletionTimestamp") and (pod.get("status") or {}).get("phase") not in _ENDED
