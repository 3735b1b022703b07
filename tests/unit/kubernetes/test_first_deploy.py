"""A first deploy that does not succeed takes back what it began, and nothing that was there before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.scripted_helm import End
from tests.support.small_api import MADE
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import DeployerError, GuardError
from deployer.model.plan import Manifests, Step

PODS = "/api/v1/namespaces/garden/pods"
NAMESPACE = "/api/v1/namespaces/garden"
OURS = {"app.kubernetes.io/managed-by": "deployer"}
LABELS = {**OURS, "deployer/cluster": "aurora", "deployer/hub": "garden"}
WIKI = {"annotations": {"meta.helm.sh/release-name": "wiki"}}
STAYS = "namespace garden stays: {}. Once nobody needs it: `kubectl delete namespace garden`"
HAS = "others have something in it: {}"
TAKEN = (
    'Error: Unable to continue with install: Secret "hub" in namespace "garden" exists and cannot be imported into the current '
    'release: invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "garden": '
    'current value is "jhub"'
)
TAKEN_TOLD = (
    "Secret hub in namespace garden, which aurora/garden needs, is there already, of the helm release `jhub`",
    "Take it away by what made it, or give one of the two another name; then deploy again.",
)
ANOTHER = "namespace garden of cluster aurora has another hub: Deployment {}, {}\nNothing was changed."
HINT = (
    "A hub is the release of its own name in the namespace of its name. Give this hub's file another name; or save the other "
    "hub's homes and database, take it away by what made it, and run the same command again."
)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One without a hub, but with servers of people and of the check."""
    with small_cluster(tmp_path) as cluster:
        for user in ("ada", "deployer-check"):
            metadata = {"labels": {"component": "singleuser-server"}, "annotations": {"hub.jupyter.org/username": user}}
            cluster.api.put(f"{PODS}/jupyter-{user}", {"metadata": metadata})
        yield cluster


def deploy(cluster: SmallCluster, *steps: str) -> bool | None:
    """The steps of a first deploy, and what undoing it says where one fails."""
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        try:
            for step in steps:
                target.apply(Step(step, ""), release, Manifests({}))
        except DeployerError:
            return target.undo(release.ref)
    return None


def users(cluster: SmallCluster) -> list[str]:
    return [path.rpartition("jupyter-")[2] for path in cluster.api.objects if path.startswith(f"{PODS}/")]


def test_what_stops_it_before_helm_leaves_everything_as_it_was(cluster: SmallCluster) -> None:
    cluster.api.put(NAMESPACE, {"metadata": {}})
    before = dict(cluster.api.objects)
    cluster.helm.first = lambda: pytest.fail("nothing is to be uninstalled")
    cluster.helm.fails_dry = TAKEN
    assert deploy(cluster, "namespace", "try") is False
    assert {path for path in cluster.api.objects if "/leases" not in path and path != "/api/v1/namespaces/deployer"} == set(
        before
    )
    assert users(cluster) == ["ada", "deployer-check"]


@pytest.fixture
def left(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with the namespace that a first deploy left which was killed, and with what the cluster puts into each."""
    with small_cluster(tmp_path) as cluster:
        cluster.api.put(NAMESPACE, {"metadata": {"labels": LABELS}})
        cluster.api.put(f"{NAMESPACE}/configmaps/kube-root-ca.crt", {"metadata": {}})
        account = {"annotations": {"kubernetes.io/service-account.name": "default"}}
        cluster.api.put(f"{NAMESPACE}/secrets/default-token-x7", {"metadata": account})
        yield cluster


@pytest.mark.parametrize(
    ("path", "metadata"),
    [
        ("secrets/deployer", {"labels": LABELS}),
        ("configmaps/hub-trial-hub", {"labels": OURS}),
        ("pods/hub-trial-x7", {"ownerReferences": [{"kind": "Job", "name": "hub-trial"}]}),
        ("configmaps/hub", {"annotations": {"meta.helm.sh/release-name": "garden"}}),
        ("secrets/a-persons", {"deletionTimestamp": MADE}),
    ],
)
def test_a_namespace_goes_with_what_is_its_deploys_own(left: SmallCluster, path: str, metadata: dict[str, Any]) -> None:
    left.api.put(f"{NAMESPACE}/{path}", {"metadata": metadata})
    left.helm.fails_dry = TAKEN
    assert deploy(left, "namespace", "try") is False
    assert not [path for path in left.api.objects if path.startswith(NAMESPACE) and path.endswith("garden")]
    assert left.heard.lines == []


@pytest.mark.parametrize(
    ("path", "metadata", "closed", "told"),
    [
        ("/api/v1/namespaces/garden/secrets/my-s3", {}, "", HAS.format("Secret my-s3")),
        ("/api/v1/namespaces/garden/configmaps/notes", WIKI, "", HAS.format("ConfigMap notes of the helm release `wiki`")),
        ("/api/v1/namespaces/garden/pods/jupyter-ada", {}, "", HAS.format("Pod jupyter-ada")),
        ("/apis/apps/v1/namespaces/garden/deployments/wiki", {}, "", HAS.format("Deployment wiki")),
        (
            "/api/v1/namespaces/garden/configmaps/unseen",
            {},
            "configmaps",
            "whether others have something in it cannot be told, as the account may not list configmaps of cluster aurora",
        ),
    ],
)
def test_a_namespace_in_which_others_have_something_stays_and_says_so(
    left: SmallCluster, path: str, metadata: dict[str, Any], closed: str, told: str
) -> None:
    left.api.put(path, {"metadata": metadata})
    left.api.closed = {closed}
    left.helm.fails_dry = TAKEN
    assert deploy(left, "namespace", "try") is False
    assert left.api.objects.keys() >= {path, NAMESPACE}
    assert left.heard.lines == [STAYS.format(told)]


def test_a_namespace_that_it_made_goes_again(tmp_path: Path) -> None:
    with small_cluster(tmp_path) as cluster:
        cluster.helm.fails_dry = TAKEN
        assert deploy(cluster, "namespace", "try") is False
        assert NAMESPACE not in cluster.api.objects


def test_a_release_that_it_made_goes_with_the_server_of_its_check_and_no_other(cluster: SmallCluster) -> None:
    cluster.api.put(NAMESPACE, {"metadata": {}})
    cluster.helm.ends = [End("Error: no", "failed")]
    assert deploy(cluster, "namespace", "try", "upgrade") is True
    assert cluster.helm.ran[-1] == "uninstall"
    assert users(cluster) == ["ada"]
    assert f"{NAMESPACE}/secrets/deployer" not in cluster.api.objects
    assert NAMESPACE in cluster.api.objects


@pytest.mark.parametrize(
    ("name", "metadata", "told"),
    [
        ("hub", {"annotations": {"meta.helm.sh/release-name": "jhub"}}, ("hub", "of the helm release `jhub`")),
        ("hub", {"labels": {"argocd.argoproj.io/instance": "hubs"}}, ("hub", "made by something else than helm")),
        ("jhub-hub", {"labels": {"component": "hub"}}, ("jhub-hub", "made by something else than helm")),
    ],
    ids=["another release", "Argo CD", "another name"],
)
def test_a_hub_of_somebody_elses_is_refused_at_once(
    cluster: SmallCluster, name: str, metadata: dict[str, Any], told: tuple[str, str]
) -> None:
    cluster.deployment("garden", name, metadata=metadata)
    target, release = cluster.target(), cluster.release("garden")
    with pytest.raises(GuardError) as refused:
        target.steps(release, Manifests({}), None)
    assert (refused.value.message, refused.value.hint) == (ANOTHER.format(*told), HINT)
    with target.lock(release.ref), pytest.raises(GuardError, match="has another hub"):
        target.destroy(release.ref, also=frozenset(target.volumes(release.ref)))
    assert users(cluster) == ["ada", "deployer-check"]


@pytest.mark.parametrize(
    ("name", "metadata"),
    [("hub", {"annotations": {"meta.helm.sh/release-name": "garden"}}), ("wiki", {})],
    ids=["what was its own", "no hub"],
)
def test_what_is_no_other_hub_does_not_stop_it(cluster: SmallCluster, name: str, metadata: dict[str, Any]) -> None:
    cluster.deployment("garden", name, metadata=metadata)
    assert cluster.target().steps(cluster.release("garden"), Manifests({}), None)


def test_an_object_of_another_release_is_told_in_words(cluster: SmallCluster) -> None:
    cluster.helm.fails_dry = TAKEN
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref), pytest.raises(GuardError) as refused:
        target.apply(Step("try", ""), release, Manifests({}))
    assert (refused.value.message, refused.value.hint) == TAKEN_TOLD
