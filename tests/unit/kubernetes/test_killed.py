"""Whatever is killed, after whichever of its effects: what comes next finds its way. On a small API server, so that everything
can be killed; good changes are on a real cluster, too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.scripted_helm import End
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import DeployerError
from deployer.model.plan import Manifests, Step
from deployer.targets.kubernetes.release.record import NAME as RECORD

NAMESPACE = "/api/v1/namespaces/garden"
CLAIMS = f"{NAMESPACE}/persistentvolumeclaims"
DEPLOYMENTS = "/apis/apps/v1/namespaces/garden/deployments"
CHART = """\
{kind: PersistentVolumeClaim, apiVersion: v1, metadata: {name: homes}}
---
{kind: PersistentVolumeClaim, apiVersion: v1, metadata: {name: hub-db-dir}}
"""
REFUSED = "Error: UPGRADE FAILED: no"


@contextmanager
def empty(root: Path) -> Iterator[SmallCluster]:
    """No hub."""
    with small_cluster(root) as cluster:
        yield cluster


@contextmanager
def deployed(root: Path) -> Iterator[SmallCluster]:
    """A hub, deployed twice."""
    with small_cluster(root) as cluster:
        deploy(cluster, "first")
        deploy(cluster, "second")
        yield cluster


def deploy(cluster: SmallCluster, title: str) -> None:
    """As the workflow does it: what fails is undone."""
    cluster.helm.manifest, cluster.helm.first = CHART, lambda: installed(cluster)
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        try:
            for step in ("namespace", "repair", "upgrade"):
                target.apply(Step(step, ""), release, Manifests({"title": title}))
        except DeployerError:
            target.undo(release.ref)
            raise
        target.settle(release.ref)


def installed(cluster: SmallCluster) -> None:
    for name in ("hub", "proxy"):
        cluster.deployment("garden", name)
    for path in claims():
        cluster.api.put(path, {"metadata": {"name": path.rpartition("/")[2]}})


def uninstalled(cluster: SmallCluster) -> None:
    for name in ("hub", "proxy"):
        cluster.api.objects.pop(f"{DEPLOYMENTS}/{name}", None)


def deploy_badly(cluster: SmallCluster, title: str = "bad") -> None:
    cluster.helm.ends = [End(REFUSED)]
    with pytest.raises(DeployerError):
        deploy(cluster, title)


def go_back(cluster: SmallCluster) -> None:
    target, ref = cluster.target(), cluster.release("garden").ref
    with target.lock(ref):
        target.rollback(ref)


def destroy(cluster: SmallCluster, *words: str) -> None:
    target, ref = cluster.target(), cluster.release("garden").ref
    cluster.helm.first = lambda: uninstalled(cluster)
    with target.lock(ref):
        target.destroy(ref, also=frozenset(f"hub:{ref}/{word}" for word in words))


def destroy_all(cluster: SmallCluster) -> None:
    destroy(cluster, "homes", "database", "keys")


def found(cluster: SmallCluster) -> tuple[str, str]:
    """What the record calls the hub, and what is wrong with it."""
    running = cluster.target().running(cluster.release("garden").ref)
    return (running.documents.get("title", ""), running.detail) if running else ("", "nothing")


def is_whole(cluster: SmallCluster, title: str) -> None:
    """It is this deploy that runs, once, and nothing else is under way."""
    assert found(cluster) == (title, "")
    statuses = list(cluster.helm.revisions("garden").values())
    assert statuses.count("deployed") == 1
    assert not [status for status in statuses if status.startswith("pending")]
    assert not [path for path in cluster.api.objects if "/leases/" in path]


def is_gone(cluster: SmallCluster) -> None:
    assert found(cluster) == ("", "nothing")
    assert not cluster.helm.revisions("garden")


def a_good_one_comes(cluster: SmallCluster) -> None:
    deploy(cluster, "third")
    is_whole(cluster, "third")


def a_good_one_comes_and_is_taken_back(cluster: SmallCluster) -> None:
    a_good_one_comes(cluster)
    go_back(cluster)
    is_whole(cluster, "second")


def a_bad_one_comes(cluster: SmallCluster) -> None:
    deploy_badly(cluster)
    is_whole(cluster, "second")


def somebody_goes_back(cluster: SmallCluster) -> None:
    """Unless all was done, but for the lock."""
    target, ref = cluster.target(), cluster.release("garden").ref
    with target.lock(ref):
        if found(cluster) != ("first", ""):
            target.rollback(ref)
    is_whole(cluster, "first")


def a_bad_first_one_comes(cluster: SmallCluster) -> None:
    deploy_badly(cluster)
    is_gone(cluster)
    assert f"{NAMESPACE}/secrets/{RECORD}" not in cluster.api.objects


def it_is_destroyed(cluster: SmallCluster) -> None:
    destroy(cluster)
    is_gone(cluster)
    assert cluster.target().earlier(cluster.release("garden").ref) == {"title": "second"}
    assert {path for path in cluster.api.objects if path.startswith(CLAIMS)} == claims()


def it_is_destroyed_with_all(cluster: SmallCluster) -> None:
    destroy_all(cluster)
    assert not [path for path in cluster.api.objects if path.startswith(NAMESPACE)]


def claims() -> set[str]:
    return {f"{CLAIMS}/{entry['metadata']['name']}" for entry in yaml.safe_load_all(CHART)}


Setting = Callable[[Path], Any]
Work = Callable[[SmallCluster], None]


@pytest.mark.parametrize(
    ("before", "work", "then"),
    [
        pytest.param(empty, lambda cluster: deploy(cluster, "first"), a_good_one_comes, id="first deploy, then a good one"),
        pytest.param(empty, deploy_badly, a_good_one_comes, id="bad first deploy, then a good one"),
        pytest.param(empty, deploy_badly, a_bad_first_one_comes, id="bad first deploy, twice"),
        pytest.param(deployed, deploy_badly, a_good_one_comes, id="bad change, then a good one"),
        pytest.param(deployed, deploy_badly, a_good_one_comes_and_is_taken_back, id="bad change, then a good one taken back"),
        pytest.param(deployed, deploy_badly, a_bad_one_comes, id="bad change, twice"),
        pytest.param(deployed, go_back, somebody_goes_back, id="going back, twice"),
        pytest.param(deployed, go_back, a_good_one_comes, id="going back, then a good one"),
        pytest.param(deployed, destroy, it_is_destroyed, id="destroy, twice"),
        pytest.param(deployed, destroy, a_good_one_comes, id="destroy, then a deploy"),
        pytest.param(deployed, destroy_all, it_is_destroyed_with_all, id="destroy with all, twice"),
    ],
)
def test_what_was_killed_after_any_of_its_effects(tmp_path: Path, before: Setting, work: Work, then: Work) -> None:
    for effects in count(1):
        folder = tmp_path / str(effects)
        folder.mkdir()
        with before(folder) as cluster:
            cluster.api.left = effects
            with suppress(DeployerError):
                work(cluster)
            whole = cluster.api.left >= 0
            cluster.api.left = math.inf
            cluster.helm.ends = []
            then(cluster)
        if whole:
            break
    assert effects > 4
