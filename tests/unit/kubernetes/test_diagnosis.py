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
