"""What is not done to a hub, as it could not be taken back or is somebody else's to do; and that keys are never lost."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import GuardError, LockedError
from deployer.model.plan import Manifests, Step
from deployer.model.release import Release
from deployer.targets.kubernetes.target import KubernetesTarget
from deployer.targets.kubernetes.trial.job import Tried

SECRETS = "/api/v1/namespaces/garden/secrets"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/deployer/leases/garden"
KEYS = {"hub.config.CryptKeeper.keys": "a", "hub.config.JupyterHub.cookie_secret": "b"}
OLD, NEW = "4621fec11365", "3fa8f1b21bd5"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub, deployed once."""
    with small_cluster(tmp_path, "garden") as cluster:
        for name in ("hub", "proxy"):
            cluster.deployment("garden", name)
        keys = {name: base64.b64encode(value.encode()).decode() for name, value in KEYS.items()}
        cluster.api.put(f"{SECRETS}/hub", {"metadata": {}, "data": keys | {"values.yaml": "e30="}})
        deploy(cluster)
        yield cluster


def deploy(cluster: SmallCluster, *, becomes: str = "", saved: str = "") -> None:
    """As the workflow does it. `becomes`: the schema that the new hub makes of its database; `saved`: the one from before."""
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        attempt = target._attempts[release.ref]
        attempt.tried, attempt.saved = Tried(becomes), saved
        upgrade(target, release)
        target.settle(release.ref)


def upgrade(target: KubernetesTarget, release: Release) -> None:
    target.apply(Step("upgrade", ""), release, Manifests({}))


def test_keys_outlive_a_release_that_somebody_removed_by_hand(cluster: SmallCluster) -> None:
    del cluster.api.objects[f"{SECRETS}/hub"]
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        target.apply(Step("try", ""), release, Manifests({}))
    data = cluster.api.objects[f"{SECRETS}/hub"]["data"]
    assert {name: base64.b64decode(value).decode() for name, value in data.items()} == KEYS


def test_nothing_goes_back_to_a_hub_that_cannot_use_the_database_also_where_no_hub_runs_that_tells(cluster: SmallCluster) -> None:
    deploy(cluster, becomes=NEW, saved=OLD)
    target, ref = cluster.target(), cluster.release("garden").ref
    with target.lock(ref), pytest.raises(GuardError, match="has changed its database"):
        target.rollback(ref)


def test_a_database_elsewhere_that_the_new_hub_may_have_changed_is_not_given_to_the_old_one(cluster: SmallCluster) -> None:
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        target._attempts[release.ref].final = True
        upgrade(target, release)
        with pytest.raises(GuardError, match="what ran before cannot use"):
            target.undo(release.ref)
    assert not cluster.helm.back


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda target, release: target.settle(release.ref), id="settle"),
        pytest.param(lambda target, release: target.destroy(release.ref, also=frozenset()), id="destroy"),
        pytest.param(upgrade, id="upgrade"),
    ],
)
def test_who_has_lost_the_lock_does_nothing_more(
    cluster: SmallCluster, act: Callable[[KubernetesTarget, Release], object]
) -> None:
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        lease = cluster.api.objects[LEASE]
        cluster.api.put(LEASE, {**lease, "spec": {**lease["spec"], "holderIdentity": "bob"}})
        before = dict(cluster.api.objects)
        with pytest.raises(LockedError):
            act(target, release)
        assert cluster.api.objects == before
