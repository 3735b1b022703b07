"""Why a person's server does not start, where what runs before it is the reason: so z2jh keeps people from a cloud's metadata."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.model.findings import Verdict
from deployer.model.health import LogTail
from deployer.model.release import HubRef

REF = HubRef("aurora", "prod")
POD = "/api/v1/namespaces/prod/pods/jupyter-ada"
GUARD, TOOLS = "block-cloud-metadata", "quay.io/jupyterhub/k8s-network-tools:4.4.0"
NO_RIGHT = "iptables: Permission denied (you must be root)"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    with small_cluster(tmp_path, "prod") as cluster:
        cluster.deployment("prod", "hub")
        yield cluster


def server(cluster: SmallCluster, **state: Any) -> None:
    """Ada's, which waits for the container before it."""
    metadata = {"labels": {"component": "singleuser-server"}, "annotations": {"hub.jupyter.org/username": "ada"}}
    status = {
        "phase": "Pending",
        "initContainerStatuses": [{"name": GUARD, "image": TOOLS, **state}],
        "containerStatuses": [{"name": "notebook", "state": {"waiting": {"reason": "PodInitializing"}}}],
    }
    cluster.api.put(POD, {"metadata": metadata, "spec": {"containers": [{"image": "lab:1"}]}, "status": status})


ENDED = {"state": {"terminated": {"exitCode": 1, "reason": "Error"}}}
AGAIN = {
    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
    "restartCount": 3,
}
NOT_MADE = {"state": {"waiting": {"reason": "CreateContainerError", "message": "operation not permitted"}}}
NO_IMAGE = {"state": {"waiting": {"reason": "ImagePullBackOff"}}}
LOG = (LogTail(f"server of ada, container {GUARD}", (NO_RIGHT,)),)


@pytest.mark.parametrize(
    ("state", "told", "logs"),
    [
        (ENDED, f"container {GUARD} of pod jupyter-ada ended with 1", LOG),
        (AGAIN, f"container {GUARD} of pod jupyter-ada ended with 1", LOG),
        (NOT_MADE, f"container {GUARD} of pod jupyter-ada cannot be made: operation not permitted", ()),
        (NO_IMAGE, f"the image {TOOLS} of pod jupyter-ada cannot be had (ImagePullBackOff)", ()),
    ],
    ids=["it ended", "it ends again and again", "it cannot be made", "its image cannot be had"],
)
def test_what_runs_before_a_server_is_named(
    cluster: SmallCluster, state: dict[str, Any], told: str, logs: tuple[LogTail, ...]
) -> None:
    server(cluster, **state)
    cluster.api.logs["jupyter-ada", GUARD] = NO_RIGHT
    found = cluster.target().diagnose(REF, "ada")
    assert [entry.found for entry in found.findings if entry.verdict is Verdict.FAILED] == [told]
    assert found.logs == logs


def test_the_log_of_what_runs_before_a_server_is_the_servers_until_it_starts(cluster: SmallCluster) -> None:
    cluster.api.logs |= {("jupyter-ada", GUARD): NO_RIGHT, ("jupyter-ada", "notebook"): "Serving notebooks"}
    server(cluster, **ENDED)
    assert list(cluster.target().logs(REF, user="ada", lines=5)) == [NO_RIGHT]
    server(cluster, state={"terminated": {"exitCode": 0, "reason": "Completed"}})
    pod = cluster.api.objects[POD]
    pod["status"]["containerStatuses"].append({"name": "beside", **ENDED})
    assert list(cluster.target().logs(REF, user="ada", lines=5)) == ["Serving notebooks"]


MADE = "2001-01-01T00:00:00Z"
LOST = 'MountVolume.SetUp failed for volume "homes" : mount.nfs: Connection timed out'
PLACED = {"type": "PodScheduled", "status": "True"}
READY = {"type": "Ready", "status": "True"}
MOUNTED = {"type": "PodReadyToStartContainers", "status": "True"}
PENDING = {"phase": "Pending", "conditions": [PLACED]}
PULLING = {"phase": "Pending", "conditions": [PLACED, MOUNTED]}
RUNNING = {"phase": "Running", "conditions": [PLACED, MOUNTED, READY]}
EVICTED = {"phase": "Failed", "conditions": [PLACED]}


def owned(cluster: SmallCluster, kind: str, name: str, user: str, **status: Any) -> None:
    """A person's pod or claim."""
    metadata = {"labels": {"component": "singleuser-server"}, "annotations": {"hub.jupyter.org/username": user}}
    path = f"/api/v1/namespaces/prod/{kind}/{name}"
    cluster.api.put(path, {"metadata": metadata, "spec": {"containers": [{"image": "lab:1"}]}, "status": status})


def verdicts(cluster: SmallCluster, name: str) -> list[tuple[Verdict, str]]:
    """Of those that say what to do next, if it is anything but fine."""
    found = [entry for entry in cluster.target().diagnose(REF, "ada").findings if entry.name == name]
    assert [entry for entry in found if entry.verdict is Verdict.FAILED and not entry.hint] == []
    return [(entry.verdict, entry.found) for entry in found]


@pytest.mark.parametrize(
    ("status", "event", "failed"),
    [
        (PENDING, {"lastTimestamp": "2001-01-01T00:02:00Z"}, True),
        (PENDING, {"lastTimestamp": None, "eventTime": "2001-01-01T00:02:00.000000Z"}, True),
        (PENDING, {"lastTimestamp": "2001-01-01T00:00:01Z"}, False),
        (PENDING, {"lastTimestamp": "2000-12-31T23:50:00Z"}, False),
        (PENDING, {"lastTimestamp": None}, False),
        (PULLING, {"lastTimestamp": "2001-01-01T00:02:00Z"}, False),
        (RUNNING, {"lastTimestamp": "2001-01-01T00:02:00Z"}, False),
    ],
    ids=[
        "for minutes",
        "by the newer clock",
        "its first moments",
        "a pod before it",
        "when it was made",
        "mounted since",
        "runs",
    ],
)
def test_a_volume_that_cannot_be_mounted_is_why(
    cluster: SmallCluster, status: dict[str, Any], event: dict[str, Any], failed: bool
) -> None:
    owned(cluster, "pods", "jupyter-ada", "ada", **status)
    about = {"metadata": {}, "type": "Warning", "reason": "FailedMount", "message": LOST}
    cluster.api.put(
        "/api/v1/namespaces/prod/events/ada.1", {**about, "involvedObject": {"kind": "Pod", "name": "jupyter-ada"}, **event}
    )
    told = [found for verdict, found in verdicts(cluster, "server") if verdict is Verdict.FAILED]
    assert told == ([f"pod jupyter-ada waits for a volume: {LOST}"] if failed else [])
    assert cluster.target().diagnose(REF, "ada").good is not failed


FULL = {"pods": ("10", "10")}
GPU = {"requests.nvidia.com/gpu": ("4", "4")}
DISKS = {"persistentvolumeclaims": ("5", "5")}


@pytest.mark.parametrize(
    ("quota", "status", "verdict"),
    [
        (FULL, None, Verdict.FAILED),
        (FULL, EVICTED, Verdict.FAILED),
        (FULL, PENDING, Verdict.WARNING),
        (FULL, RUNNING, Verdict.OK),
        ({"pods": ("9", "10")}, None, Verdict.OK),
        ({"pods": ("12", "10")}, None, Verdict.FAILED),
        ({"limits.memory": ("65536Mi", "64Gi")}, None, Verdict.FAILED),
        ({"requests.cpu": ("3900m", "4")}, None, Verdict.OK),
        ({"count/pods": ("1k", "1000")}, None, Verdict.FAILED),
        ({"count/jobs.batch": ("1", "1"), "services": ("5", "5")}, None, Verdict.OK),
        (GPU, None, Verdict.WARNING),
        (GPU, RUNNING, Verdict.OK),
    ],
)
def test_a_quota_that_is_used_up_is_why_a_server_that_is_not_there_does_not_start(
    cluster: SmallCluster, quota: dict[str, tuple[str, str]], status: dict[str, Any] | None, verdict: Verdict
) -> None:
    """A pod that is there has its place."""
    limit(cluster, quota)
    if status:
        owned(cluster, "pods", "jupyter-ada", "ada", **status)
    words = ", ".join(f"{used} of {hard} {name}" for name, (used, hard) in quota.items())
    assert verdicts(cluster, "quota") == [(verdict, f"small: {words} used")]


def limit(cluster: SmallCluster, quota: dict[str, tuple[str, str]], **spec: Any) -> None:
    used, hard = ({name: pair[place] for name, pair in quota.items()} for place in (0, 1))
    content = {"metadata": {}, "spec": spec, "status": {"used": used, "hard": hard}}
    cluster.api.put("/api/v1/namespaces/prod/resourcequotas/small", content)


@pytest.mark.parametrize(
    ("spec", "verdict"),
    [
        ({"scopes": ["NotTerminating", "NotBestEffort"]}, Verdict.FAILED),
        ({"scopes": ["Terminating"]}, Verdict.WARNING),
        ({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}}, Verdict.WARNING),
    ],
)
def test_a_quota_of_some_pods_only_warns(cluster: SmallCluster, spec: dict[str, Any], verdict: Verdict) -> None:
    limit(cluster, FULL, **spec)
    assert verdicts(cluster, "quota") == [(verdict, "small: 10 of 10 pods used")]


@pytest.mark.parametrize(
    ("owners", "verdict"), [(["eve"], Verdict.FAILED), (["eve", "ada"], Verdict.OK), ([], Verdict.OK), ([""], Verdict.OK)]
)
def test_a_quota_of_volumes_counts_for_who_has_none_where_others_have(
    cluster: SmallCluster, owners: list[str], verdict: Verdict
) -> None:
    limit(cluster, DISKS)
    for user in owners:
        owned(cluster, "persistentvolumeclaims", f"claim-{user or 'hub'}", user, phase="Bound")
    assert verdicts(cluster, "quota") == [(verdict, "small: 5 of 5 persistentvolumeclaims used")]
