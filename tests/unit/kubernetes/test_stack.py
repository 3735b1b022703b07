"""The support stack: what an interrupted run leaves is repaired, and what does not come to run is told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.scripted_helm import End
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import LockedError, UnhealthyError
from deployer.model.support import Installed
from deployer.targets.kubernetes.pods.rollout import SCALE_UP_SECONDS

CHART = """\
kind: Deployment
metadata: {name: traefik}
---
kind: ConfigMap
metadata: {name: settings}
"""
HOOK = """\
---
kind: Job
metadata: {name: look, annotations: {helm.sh/hook: post-install}}
"""
SETS = "/apis/apps/v1/namespaces/support/replicasets"
PODS = "/api/v1/namespaces/support/pods"
NO_IMAGE = {"name": "traefik", "image": "traefik:9", "state": {"waiting": {"reason": "ImagePullBackOff"}}}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    with small_cluster(tmp_path, "support") as cluster:
        cluster.helm.manifest = CHART
        cluster.deployment("support", "traefik")
        yield cluster


def install(cluster: SmallCluster, *, dry_run: bool = False, force: bool = False) -> Installed:
    return cluster.stack().install(cluster.release("support"), dry_run=dry_run, force=force)


def test_what_runs_is_left_alone(cluster: SmallCluster) -> None:
    assert (install(cluster).before, install(cluster).unchanged) == (0, True)
    assert cluster.helm.ran == ["upgrade", "upgrade --dry-run"]


@pytest.mark.parametrize("status", ["pending-install", "pending-upgrade"])
def test_what_an_interrupted_run_left_pending_is_repaired_by_the_next(cluster: SmallCluster, status: str) -> None:
    if status == "pending-upgrade":
        install(cluster)
    cluster.helm.ends = [End(KeyboardInterrupt(), status)]
    with pytest.raises(KeyboardInterrupt):
        install(cluster, force=True)
    installed = install(cluster)
    assert installed.before == (1 if status == "pending-upgrade" else 0)
    assert set(cluster.helm.revisions("support").values()) <= {"deployed", "superseded"}
    assert install(cluster).unchanged


def test_what_somebody_else_is_at_is_left_to_them(cluster: SmallCluster) -> None:
    install(cluster)
    cluster.helm.put("support", 2, "pending-upgrade")
    cluster.api.now = cluster.api.now.replace(minute=9)
    with pytest.raises(LockedError, match="somebody runs helm on aurora/support since 540 seconds"):
        install(cluster)
    assert cluster.helm.revisions("support")[2] == "pending-upgrade"
    cluster.api.now = cluster.api.now.replace(minute=10)
    install(cluster)
    assert cluster.helm.revisions("support")[2] == "deployed"


def pod(cluster: SmallCluster, **container: Any) -> None:
    """Of the newest form of a Deployment whose older pod still serves."""
    (owner,) = [entry for path, entry in cluster.api.objects.items() if path.endswith("/deployments/traefik")]
    mark = {"annotations": {"deployment.kubernetes.io/revision": "2"}}
    cluster.api.put(f"{SETS}/new", {"metadata": mark | {"ownerReferences": [{"uid": owner["metadata"]["uid"]}]}})
    metadata = {"ownerReferences": [{"uid": f"{SETS}/new"}]}
    cluster.api.put(f"{PODS}/new", {"metadata": metadata, "status": {"containerStatuses": [container]}})


def ended(restarts: int) -> dict[str, Any]:
    return {"name": "traefik", "restartCount": restarts, "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}


@pytest.mark.parametrize(
    ("container", "told"),
    [
        (NO_IMAGE, "the image traefik:9 of pod new cannot be had"),
        (ended(2), "container traefik of pod new ended with 1"),
    ],
    ids=["no image", "it ends again and again"],
)
def test_a_new_pod_that_cannot_run_is_told_at_once_while_the_old_one_serves(
    cluster: SmallCluster, container: dict[str, Any], told: str
) -> None:
    install(cluster)
    cluster.helm.manifest = CHART.replace("settings", "others")
    cluster.deployment("support", "traefik", replicas=2)
    pod(cluster, **container)
    began = cluster.clock.seconds
    for _ in range(2):
        with pytest.raises(UnhealthyError, match=told):
            install(cluster)
    assert cluster.clock.seconds - began < 5


def test_a_status_from_before_the_upgrade_says_nothing(cluster: SmallCluster) -> None:
    cluster.deployment("support", "traefik", observedGeneration=0)
    cluster.clock.later[1] = lambda: cluster.clock.sleep(600)
    with pytest.raises(UnhealthyError, match="not ready after 10 minutes: traefik") as failure:
        install(cluster)
    assert "kubectl get events -n support" in failure.value.hint
    assert cluster.clock.seconds < SCALE_UP_SECONDS


def test_a_container_may_end_before_what_it_looks_for_is_there(cluster: SmallCluster) -> None:
    cluster.deployment("support", "traefik", ready=False)
    pod(cluster, **ended(1))
    cluster.clock.later[30] = lambda: cluster.deployment("support", "traefik")
    install(cluster)
    assert cluster.heard.lines == ["container traefik of pod new ended with 1"]


COUNTED: dict[str, Callable[[SmallCluster], Installed]] = {
    "before it is there": lambda cluster: install(cluster, dry_run=True),
    "at first": install,
    "left alone": lambda cluster: install(cluster) and install(cluster),
    "by force": lambda cluster: install(cluster) and install(cluster, force=True),
}


@pytest.mark.parametrize("case", COUNTED)
def test_hooks_are_no_objects_that_stay(cluster: SmallCluster, case: str) -> None:
    cluster.helm.hooks = HOOK
    assert COUNTED[case](cluster).objects == 2


def test_a_change_is_rendered_once_before_it_is_made(cluster: SmallCluster) -> None:
    install(cluster)
    assert cluster.helm.ran == ["upgrade"]
    cluster.helm.manifest = CHART.replace("settings", "others")
    install(cluster)
    assert cluster.helm.ran == ["upgrade", "upgrade --dry-run", "upgrade"]
    assert cluster.helm.rendered == 0
