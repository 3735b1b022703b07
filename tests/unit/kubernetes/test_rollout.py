"""What a rollout waits for, what ends it, and what says nothing about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.clock import Clock
from tests.support.hub_driver import wait_for
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import NoRoomError, UnhealthyError
from deployer.targets.kubernetes.api.objects import Namespace
from deployer.targets.kubernetes.pods.rollout import Rollout

NO_ROOM = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available: 1 Insufficient memory."}
NO_CLAIM = {**NO_ROOM, "message": '0/1 nodes are available: persistentvolumeclaim "course" not found.'}
PLACED = {"type": "PodScheduled", "status": "True"}
MOUNTED = {"type": "PodReadyToStartContainers", "status": "True"}
FAILED_MOUNT = {"reason": "FailedMount", "message": 'MountVolume.SetUp failed for volume "mine": no answer', "involvedObject": {}}


def deployment(*, ready: bool, seen: int = 2) -> dict[str, Any]:
    count = int(ready)
    status = {"observedGeneration": seen, "updatedReplicas": count, "availableReplicas": count, "replicas": count}
    return {"metadata": {"name": "hub", "uid": "d", "generation": 2}, "spec": {"replicas": 1}, "status": status}


def replica_set(revision: int) -> dict[str, Any]:
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    return {"metadata": {"uid": f"r{revision}", "annotations": annotations, "ownerReferences": [{"uid": "d"}]}}


def pod(revision: int = 2, *, crashed: bool = False, no_room: bool = False, **status: Any) -> dict[str, Any]:
    ended = {"exitCode": 1, "reason": "Error"}
    containers = [{"name": "hub", "state": {"terminated": ended}}] if crashed else []
    lacking = [NO_ROOM] if no_room else []
    metadata = {"name": f"hub-{revision}", "uid": f"p{revision}", "ownerReferences": [{"uid": f"r{revision}"}]}
    return {"metadata": metadata, "status": {"containerStatuses": containers, "conditions": lacking, **status}}


@dataclass
class Api:
    """What the API server answers at a time, in seconds since the beginning; no pod has a log."""

    clock: Clock
    pods: Callable[[float], list[dict[str, Any]]]
    ready_at: float = 1e9
    seen: int = 2
    asked: Counter[str] = field(default_factory=Counter)
    questions: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    claims: tuple[str, ...] = ()

    def request(self, method: str, path: str, *, query: dict[str, str] | None = None, **_: Any) -> Any:
        parent, _, kind = path.rpartition("/")
        if parent.endswith("persistentvolumeclaims"):
            return {"metadata": {"name": kind}} if kind in self.claims else None
        self.asked[kind] += 1
        self.questions[kind] = query or {}
        now = self.clock.seconds
        answers = {
            "deployments": lambda: [deployment(ready=now >= self.ready_at, seen=self.seen)],
            "replicasets": lambda: [replica_set(1), replica_set(2)],
            "pods": lambda: self.pods(now),
            "events": lambda: self.events,
        }
        return {"items": answers[kind]()} if kind in answers else None


@dataclass
class Said:
    lines: list[str] = field(default_factory=list)

    def say(self, message: str) -> None:
        self.lines.append(message)

    warn = say

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        yield

    @contextmanager
    def about(self, subject: str) -> Iterator[None]:
        yield


def wait(pods: Callable[[float], list[dict[str, Any]]], *, ready_at: float = 1e9, seen: int = 2) -> float:
    """Seconds until it ran."""
    clock = Clock()
    Rollout(Namespace(Api(clock, pods, ready_at, seen), "prod"), clock, Said()).wait()  # type: ignore[arg-type]
    return clock.seconds


@pytest.mark.parametrize(
    "leftover",
    [pod(1, phase="Failed", reason="Evicted"), pod(2, phase="Failed", reason="Evicted"), pod(1, crashed=True, phase="Running")],
    ids=["evicted before", "evicted since", "of the form before, which crashes"],
)
def test_what_is_left_of_other_pods_ends_no_rollout(leftover: dict[str, Any]) -> None:
    assert wait(lambda now: [leftover, pod(phase="Pending")], ready_at=20) >= 20


def test_a_pod_of_the_change_that_crashes_ends_it_at_once() -> None:
    with pytest.raises(UnhealthyError, match="container hub of pod hub-2 ended with 1"):
        wait(lambda now: [pod(crashed=True, phase="Running")], ready_at=20)


def test_as_long_as_the_change_is_not_seen_pods_say_nothing() -> None:
    with pytest.raises(UnhealthyError, match="not ready after 5 minutes: hub"):
        wait(lambda now: [pod(crashed=True, phase="Running")], seen=1)


def test_a_pod_that_got_its_node_late_has_time_to_start() -> None:
    assert 600 <= wait(lambda now: [pod(no_room=now < 340)], ready_at=600) < 610


@pytest.mark.parametrize(
    ("room_at", "kind", "message"),
    [(2000, NoRoomError, "no node takes pod hub-2"), (340, UnhealthyError, "not ready after 5 minutes")],
)
def test_patience_ends(room_at: float, kind: type[UnhealthyError], message: str) -> None:
    with pytest.raises(kind, match=message):
        wait(lambda now: [pod(no_room=now < room_at)])


def test_a_claim_that_is_not_there_ends_it_at_once() -> None:
    with pytest.raises(UnhealthyError, match="hub-2 names the volume claim `course`, which is not there") as failure:
        wait(lambda now: [pod(conditions=[NO_CLAIM])], ready_at=20)
    assert not isinstance(failure.value, NoRoomError)


def test_a_claim_that_only_the_scheduler_does_not_see_yet_is_waited_for() -> None:
    clock, said = Clock(), Said()
    api = Api(clock, lambda now: [pod(conditions=[NO_CLAIM])], ready_at=20, claims=("course",))
    Rollout(Namespace(api, "prod"), clock, said).wait()  # type: ignore[arg-type]
    assert said.lines == []


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ([PLACED], ['pod hub-2 waits for a volume: MountVolume.SetUp failed for volume "mine": no answer']),
        ([PLACED, MOUNTED], []),
        ([], []),
    ],
    ids=["it waits", "it was late", "it has no node"],
)
def test_a_volume_that_does_not_come_is_told_and_waited_for(conditions: list[dict[str, Any]], told: list[str]) -> None:
    clock, said = Clock(), Said()
    api = Api(clock, lambda now: [pod(phase="Pending", conditions=conditions)], ready_at=20, events=[FAILED_MOUNT])
    Rollout(Namespace(api, "prod"), clock, said).wait()  # type: ignore[arg-type]
    assert said.lines == told


def test_a_volume_that_comes_in_moments_is_not_told() -> None:
    clock, said = Clock(), Said()
    api = Api(clock, lambda now: [pod(phase="Pending", conditions=[PLACED])], ready_at=4, events=[FAILED_MOUNT])
    Rollout(Namespace(api, "prod"), clock, said).wait()  # type: ignore[arg-type]
    assert said.lines == []


def test_a_volume_that_never_comes_is_waited_for_no_longer_than_anything_else() -> None:
    clock = Clock()
    api = Api(clock, lambda now: [pod(phase="Pending", conditions=[PLACED])], events=[FAILED_MOUNT])
    with pytest.raises(UnhealthyError, match=r'not ready after 5 minutes: hub\n.*MountVolume\.SetUp failed for volume "mine"'):
        Rollout(Namespace(api, "prod"), clock, Said()).wait()  # type: ignore[arg-type]
    assert clock.seconds < 310


def test_a_volume_that_a_hook_waits_for_is_told_while_helm_waits() -> None:
    metadata = {"name": "shared-folders-x", "uid": "j", "ownerReferences": [{"uid": "of-it", "kind": "Job"}]}
    job = {"metadata": metadata, "status": {"phase": "Pending", "conditions": [PLACED]}}
    clock, said = Clock(), Said()

    def pods(now: float) -> list[dict[str, Any]]:
        clock.sleep(1)
        return [job]

    rollout = Rollout(Namespace(Api(clock, pods, events=[FAILED_MOUNT]), "prod"), clock, said, look_seconds=0.01)  # type: ignore[arg-type]
    with rollout.told_meanwhile():
        wait_for("a word of it", lambda: said.lines or None, 30)
    assert said.lines == ['pod shared-folders-x waits for a volume: MountVolume.SetUp failed for volume "mine": no answer']


SETS = "/apis/apps/v1/namespaces/prod/replicasets"
PODS = "/api/v1/namespaces/prod/pods"
NO_NODE = {"conditions": [NO_ROOM]}
FETCHED: dict[str, Any] = {}
RUNS = {"containerStatuses": [{"name": "c", "state": {"running": {}}}]}


def ended(restarts: int = 0) -> dict[str, Any]:
    state = {"terminated": {"exitCode": 1, "reason": "Error"}}
    return {"containerStatuses": [{"name": "c", "restartCount": restarts, "state": state}]}


class Striding(Clock):
    """Five seconds at least pass at a time, as each look takes a moment of the test's."""

    def sleep(self, seconds: float) -> None:
        super().sleep(max(seconds, 5))


class Both:
    """A hub and its proxy that are both new; what becomes of them is told second by second."""

    def __init__(self, cluster: SmallCluster) -> None:
        self.cluster = cluster

    def is_now(self, name: str, status: dict[str, Any], *, ready: bool = False) -> None:
        path = self.cluster.deployment("prod", name, ready=ready)["metadata"]["uid"]
        mark = {"annotations": {"deployment.kubernetes.io/revision": "1"}, "ownerReferences": [{"uid": path}]}
        self.cluster.api.put(f"{SETS}/{name}", {"metadata": mark})
        self.cluster.api.put(f"{PODS}/{name}", {"metadata": {"ownerReferences": [{"uid": f"{SETS}/{name}"}]}, "status": status})

    def wait(self, then: dict[float, tuple[str, dict[str, Any]]]) -> float:
        """Seconds until both were ready."""
        for second, (name, status) in then.items():
            self.cluster.clock.later[second] = partial(self.is_now, name, status, ready=status == RUNS)
        self.cluster.target().rollout(Namespace(self.cluster.target().connection, "prod")).wait()
        return self.cluster.clock.seconds


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with small_cluster(tmp_path, "prod") as cluster:
        cluster.clock = Striding()
        both = Both(cluster)
        both.is_now("hub", FETCHED)
        both.is_now("proxy", FETCHED)
        yield both


@pytest.mark.parametrize("why", [FETCHED, NO_NODE], ids=["its image is fetched", "no node takes it"])
def test_a_hub_that_ends_while_its_proxy_is_away_has_another_start(both: Both, why: dict[str, Any]) -> None:
    both.is_now("proxy", why)
    seconds = both.wait({30: ("hub", ended()), 70: ("hub", ended(1)), 200: ("proxy", RUNS), 400: ("hub", RUNS)})
    assert 400 <= seconds < 410
    assert both.cluster.heard.lines[-1] == "container c of pod hub ended with 1"


def test_a_hub_that_ends_again_once_its_proxy_is_there_is_told_at_once(both: Both) -> None:
    with pytest.raises(UnhealthyError, match="container c of pod hub ended with 1"):
        both.wait({30: ("hub", ended()), 40: ("proxy", RUNS), 60: ("hub", ended(1))})
    assert 60 <= both.cluster.clock.seconds < 70


def test_a_proxy_that_ends_is_told_once_its_hub_has_ended_too(both: Both) -> None:
    with pytest.raises(UnhealthyError, match="container c of pod proxy ended with 1"):
        both.wait({1: ("proxy", ended()), 12: ("proxy", ended(1)), 30: ("hub", ended())})
    assert 30 <= both.cluster.clock.seconds < 40


def test_what_still_serves_excuses_nobody(both: Both) -> None:
    both.cluster.deployment("prod", "proxy", ready=True, updatedReplicas=0, replicas=2)
    with pytest.raises(UnhealthyError, match="container c of pod hub ended with 1"):
        both.wait({10: ("hub", ended())})
    assert both.cluster.clock.seconds < 20


def test_a_proxy_without_a_node_is_what_was_lacking(both: Both) -> None:
    both.is_now("proxy", NO_NODE)
    with pytest.raises(NoRoomError, match="no node takes pod proxy"):
        both.wait({30: ("hub", ended())})
    assert 900 <= both.cluster.clock.seconds < 910


def waiting(
    name: str, image: str, kind: str, reason: str = "ImagePullBackOff", statuses: str = "containerStatuses"
) -> dict[str, Any]:
    metadata = {"name": name, "ownerReferences": [{"uid": f"{kind} of {image}", "kind": kind}]}
    return {"metadata": metadata, "status": {statuses: [{"name": "c", "image": image, "state": {"waiting": {"reason": reason}}}]}}


def test_what_helm_waits_for_is_told_while_it_waits() -> None:
    clock, said = Clock(), Said()
    pods = [
        waiting("hook-image-puller-1", "no/lab:1", "DaemonSet", statuses="initContainerStatuses"),
        waiting("hook-image-puller-2", "no/lab:1", "DaemonSet", statuses="initContainerStatuses"),
        waiting("shared-folders-x", "no/such:1", "Job"),
        waiting("hub-x", "no/hub:1", "ReplicaSet"),
    ]
    api = Api(clock, lambda now: pods)
    rollout = Rollout(Namespace(api, "prod"), clock, said, look_seconds=0.01)  # type: ignore[arg-type]
    with rollout.told_meanwhile():
        wait_for("a second look", lambda: api.asked["pods"] > 1 or None, 30)
    assert api.questions["pods"] == {"labelSelector": "component!=singleuser-server"}
    assert said.lines == [
        "the image no/lab:1 of pod hook-image-puller-1 cannot be had (ImagePullBackOff)",
        "the image no/such:1 of pod shared-folders-x cannot be had (ImagePullBackOff)",
    ]
