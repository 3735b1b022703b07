"""Which hubs a cluster has, whether files name them or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import NotAllowedError
from deployer.model.plan import Manifests, Step

CLAIM = "/api/v1/namespaces/{}/persistentvolumeclaims/homes"
RECORD = "/api/v1/namespaces/{}/secrets/deployer"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub in a namespace that the deployer made, and with one in somebody else's; both have homes."""
    with small_cluster(tmp_path, "theirs") as cluster:
        for name in ("ours", "theirs"):
            cluster.api.put(CLAIM.format(name), {"metadata": {}})
            deploy(cluster, name)
        yield cluster


def deploy(cluster: SmallCluster, name: str) -> None:
    target, release = cluster.target(), cluster.release(name)
    with target.lock(release.ref):
        for step in ("namespace", "upgrade"):
            target.apply(Step(step, ""), release, Manifests({}))
        target.settle(release.ref)


def destroy(cluster: SmallCluster, name: str, *words: str) -> None:
    target, ref = cluster.target(), cluster.release(name).ref
    with target.lock(ref):
        target.destroy(ref, also=frozenset(f"hub:{ref}/{word}" for word in words))


def found(cluster: SmallCluster) -> list[str]:
    return [str(ref) for ref in cluster.target().hubs("aurora")]


def test_a_hub_is_found_in_whosever_namespace_it_is(cluster: SmallCluster) -> None:
    cluster.api.listed.clear()
    assert found(cluster) == ["aurora/ours", "aurora/theirs"]
    assert cluster.api.listed == ["/api/v1/namespaces", "/api/v1/secrets"]
    assert cluster.target().hubs("another") == ()


def test_a_record_from_before_is_found_after_the_next_deploy(cluster: SmallCluster) -> None:
    del cluster.api.objects[RECORD.format("theirs")]["metadata"]["labels"]
    assert found(cluster) == ["aurora/ours"]
    deploy(cluster, "theirs")
    assert found(cluster) == ["aurora/ours", "aurora/theirs"]


def test_who_may_not_look_into_all_namespaces_finds_those_that_the_deployer_made(cluster: SmallCluster) -> None:
    cluster.api.closed = {"secrets"}
    assert found(cluster) == ["aurora/ours"]
    cluster.api.closed = {"namespaces"}
    with pytest.raises(NotAllowedError, match="the account may not list namespaces"):
        found(cluster)


@pytest.mark.parametrize("words", [(), ("homes",)])
def test_a_hub_is_found_as_long_as_anything_of_it_is_left(cluster: SmallCluster, words: tuple[str, ...]) -> None:
    cluster.api.put(CLAIM.format("theirs").replace("homes", "hub-db-dir"), {"metadata": {}})
    destroy(cluster, "theirs", *words)
    assert "aurora/theirs" in found(cluster)
    destroy(cluster, "theirs", "homes", "database", "keys")
    assert found(cluster) == ["aurora/ours"]
    assert "/api/v1/namespaces/theirs" in cluster.api.objects
    assert RECORD.format("theirs") not in cluster.api.objects


def test_the_support_stack_is_no_hub(cluster: SmallCluster) -> None:
    cluster.stack().install(cluster.release("support"), dry_run=False, force=False)
    assert RECORD.format("support") in cluster.api.objects
    assert "aurora/support" not in found(cluster)
