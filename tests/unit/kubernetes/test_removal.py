"""What is left of a hub that was taken away, and what the deployer says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import ExternalError
from deployer.targets.kubernetes.target import KubernetesTarget

NAMESPACE = "/api/v1/namespaces/garden"
CLAIMS = f"{NAMESPACE}/persistentvolumeclaims"
LABELS = {"deployer/cluster": "aurora", "deployer/hub": "garden"}
HOMES, DATABASE, KEYS = (f"hub:aurora/garden/{word}" for word in ("homes", "database", "keys"))
KEPT = {"helm.sh/resource-policy": "keep"}
WIKI = {"annotations": {"meta.helm.sh/release-name": "wiki"}}
STAYS = "namespace garden stays: {}. Once nobody needs it: `kubectl delete namespace garden`"
HAS = "others have something in it: {}"
STUCK = (
    "the claim homes of aurora/garden does not go: a pod still has it, or a finalizer",
    "Look with `kubectl describe persistentvolumeclaim homes -n garden`.",
)


def claim(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, **metadata}}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """A hub whose chart marks none of its claims; nobody else made its namespace."""
    with small_cluster(tmp_path) as cluster:
        cluster.api.put(NAMESPACE, {"metadata": {"labels": LABELS}})
        cluster.helm.manifest = yaml.safe_dump_all([claim("homes"), claim("hub-db-dir", annotations={"a": "b"})])
        for entry in yaml.safe_load_all(cluster.helm.manifest):
            cluster.api.put(f"{CLAIMS}/{entry['metadata']['name']}", entry)
        cluster.helm.put("garden", 1, "superseded")
        cluster.helm.put("garden", 2, "deployed")
        yield cluster


def destroyed(cluster: SmallCluster, *also: str) -> tuple[tuple[str, ...], set[str]]:
    """What the deployer says that stays, and which claims there are."""
    target, ref = cluster.target(), cluster.release("garden").ref
    with target.lock(ref):
        said = target.destroy(ref, also=frozenset(also))
    return said, {path.rpartition("/")[2] for path in cluster.api.objects if path.startswith(f"{CLAIMS}/")}


@pytest.mark.parametrize(
    ("also", "kept", "claims"),
    [
        ((), (HOMES, DATABASE), {"homes", "hub-db-dir"}),
        ((HOMES,), (DATABASE,), {"hub-db-dir"}),
        ((DATABASE,), (HOMES,), {"homes"}),
        ((HOMES, DATABASE), (), set()),
    ],
)
def test_what_it_says_that_it_keeps_is_there(
    cluster: SmallCluster, also: tuple[str, ...], kept: tuple[str, ...], claims: set[str]
) -> None:
    assert destroyed(cluster, *also) == (kept, claims)
    assert (NAMESPACE in cluster.api.objects) is bool(kept)


def test_what_helm_is_told_to_keep_is_otherwise_as_it_was(cluster: SmallCluster) -> None:
    was = cluster.helm.manifest_of("garden", 2)
    target, ref = cluster.target(), cluster.release("garden").ref
    cluster.helm.first = lambda: kept.extend(cluster.helm.manifest_of("garden", 2))
    kept: list[Any] = []
    with target.lock(ref):
        target.destroy(ref, also=frozenset({DATABASE}))
    was[0]["metadata"]["annotations"] = KEPT
    assert kept == was


def test_a_claim_that_is_on_its_way_out_is_not_called_kept(cluster: SmallCluster) -> None:
    cluster.api.held = {f"{CLAIMS}/homes", f"{CLAIMS}/hub-db-dir"}
    said, claims = destroyed(cluster, HOMES, DATABASE)
    assert (said, claims) == ((), {"homes", "hub-db-dir"})
    assert NAMESPACE not in cluster.api.objects
    assert cluster.clock.seconds == 0


def test_where_something_else_stays_a_claim_is_waited_for(cluster: SmallCluster) -> None:
    cluster.api.held = {f"{CLAIMS}/homes"}
    cluster.clock.later = {20: lambda: cluster.api.objects.pop(f"{CLAIMS}/homes")}
    assert destroyed(cluster, HOMES) == ((DATABASE,), {"hub-db-dir"})
    assert cluster.clock.seconds == 20


def test_a_claim_that_never_goes_is_told(cluster: SmallCluster) -> None:
    cluster.api.held = {f"{CLAIMS}/homes"}
    with pytest.raises(ExternalError) as stuck:
        destroyed(cluster, HOMES)
    assert (stuck.value.message, stuck.value.hint) == STUCK


def test_what_hooks_of_the_release_left_goes_with_it_but_for_storage(cluster: SmallCluster) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "image-pull-secret"}}
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "hook"}}
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "hook"}}
    marked = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "marked", "annotations": KEPT}}
    cluster.helm.hooks = yaml.safe_dump_all([secret, role, policy, marked, claim("scratch")])
    cluster.helm.put("garden", 2, "deployed")
    roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/garden/roles"
    policies = "/apis/networking.k8s.io/v1/namespaces/garden/networkpolicies"
    left = [f"{NAMESPACE}/secrets/image-pull-secret", f"{roles}/hook", f"{policies}/hook"]
    stays = [f"{CLAIMS}/scratch", f"{NAMESPACE}/secrets/of-a-person", f"{NAMESPACE}/configmaps/marked"]
    for path in (*left, *stays):
        cluster.api.put(path, {"metadata": {}})
    destroyed(cluster)
    assert not cluster.api.objects.keys() & set(left)
    assert cluster.api.objects.keys() >= set(stays)


def test_claims_of_another_release_are_no_homes_of_the_hub(cluster: SmallCluster) -> None:
    cluster.api.put(f"{CLAIMS}/wiki", {"metadata": WIKI})
    assert destroyed(cluster, HOMES) == ((DATABASE,), {"hub-db-dir", "wiki"})


@pytest.mark.parametrize(
    ("path", "metadata", "closed", "told"),
    [
        (f"{CLAIMS}/wiki", WIKI, "", HAS.format("PersistentVolumeClaim wiki of the helm release `wiki`")),
        (
            "/apis/apps/v1/namespaces/garden/deployments/wiki",
            WIKI,
            "",
            HAS.format("Deployment wiki of the helm release `wiki`"),
        ),
        ("/apis/apps/v1/namespaces/garden/statefulsets/files", {}, "", HAS.format("StatefulSet files")),
        (
            f"{NAMESPACE}/secrets/sh.helm.release.v1.wiki.v1",
            {"labels": {"owner": "helm", "name": "wiki", "version": "1"}},
            "",
            HAS.format("the helm release `wiki`"),
        ),
        (
            "/apis/apps/v1/namespaces/garden/statefulsets/unseen",
            {},
            "statefulsets",
            "whether others have something in it cannot be told, as the account may not list statefulsets of cluster aurora",
        ),
    ],
)
def test_a_namespace_in_which_others_have_something_stays_and_says_so(
    cluster: SmallCluster, path: str, metadata: dict[str, Any], closed: str, told: str
) -> None:
    cluster.api.put(path, {"metadata": metadata})
    cluster.api.closed = {closed}
    assert destroyed(cluster, HOMES, DATABASE)[0] == ()
    assert cluster.api.objects.keys() >= {path, NAMESPACE}
    assert cluster.heard.lines == [STAYS.format(told)]


def test_what_the_hub_itself_had_keeps_no_namespace(cluster: SmallCluster) -> None:
    cluster.deployment("garden", "hub", metadata={"annotations": {"meta.helm.sh/release-name": "garden"}})
    cluster.api.put(f"{NAMESPACE}/secrets/hub-tls", {"metadata": {}})
    destroyed(cluster, HOMES, DATABASE)
    assert NAMESPACE not in cluster.api.objects


def test_a_release_that_cannot_be_read_is_not_taken_away(cluster: SmallCluster) -> None:
    cluster.api.objects[f"{NAMESPACE}/secrets/sh.helm.release.v1.garden.v2"]["data"] = {"release": "aGVsbQ=="}
    with pytest.raises(ExternalError, match="what helm keeps of the release garden in namespace garden cannot be read"):
        destroyed(cluster)
    assert cluster.helm.ran == []


def test_keys_that_an_interrupted_one_had_put_aside_are_lost_where_they_are_named(cluster: SmallCluster) -> None:
    aside = {"metadata": {}, "data": {"hub.config.CryptKeeper.keys": "YQ=="}}
    cluster.api.put(f"{NAMESPACE}/secrets/hub-keys", aside)
    assert _said(cluster.target(), cluster) == (HOMES, DATABASE, KEYS)
    said, _ = destroyed(cluster, KEYS)
    assert said == (HOMES, DATABASE)


def _said(target: KubernetesTarget, cluster: SmallCluster) -> tuple[str, ...]:
    return target.remaining(cluster.release("garden").ref)
