"""What somebody removed or edited by hand is told, of every kind that a hub's release has, and put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.scripted_helm import End
from tests.support.small_cluster import BY_HELM, SmallCluster, small_cluster

from deployer.model.plan import Manifests, Step
from deployer.targets.kubernetes.api.objects import Namespace
from deployer.targets.kubernetes.release.record import Records

RBAC = "rbac.authorization.k8s.io/v1"
PATHS = {
    "ClusterRole/garden-scheduler": f"/apis/{RBAC}/clusterroles/garden-scheduler",
    "ConfigMap/hub": "/api/v1/namespaces/garden/configmaps/hub",
    "Deployment/hub": "/apis/apps/v1/namespaces/garden/deployments/hub",
    "Deployment/proxy": "/apis/apps/v1/namespaces/garden/deployments/proxy",
    "Ingress/jupyterhub": "/apis/networking.k8s.io/v1/namespaces/garden/ingresses/jupyterhub",
    "NetworkPolicy/hub": "/apis/networking.k8s.io/v1/namespaces/garden/networkpolicies/hub",
    "PersistentVolume/garden-homes": "/api/v1/persistentvolumes/garden-homes",
    "PersistentVolumeClaim/hub-db-dir": "/api/v1/namespaces/garden/persistentvolumeclaims/hub-db-dir",
    "PodDisruptionBudget/hub": "/apis/policy/v1/namespaces/garden/poddisruptionbudgets/hub",
    "PriorityClass/garden-placeholder": "/apis/scheduling.k8s.io/v1/priorityclasses/garden-placeholder",
    "Role/hub": f"/apis/{RBAC}/namespaces/garden/roles/hub",
    "RoleBinding/hub": f"/apis/{RBAC}/namespaces/garden/rolebindings/hub",
    "Secret/hub": "/api/v1/namespaces/garden/secrets/hub",
    "Service/proxy-public": "/api/v1/namespaces/garden/services/proxy-public",
    "ServiceAccount/hub": "/api/v1/namespaces/garden/serviceaccounts/hub",
    "StatefulSet/user-placeholder": "/apis/apps/v1/namespaces/garden/statefulsets/user-placeholder",
}
DOCUMENTS = {**dict.fromkeys(PATHS, "x"), "Job/image-awaiter": "a hook, which is gone when its deploy is", "Middleware/own": "x"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub of many objects, just deployed."""
    with small_cluster(tmp_path, "garden") as cluster:
        for title, path in PATHS.items():
            if title.startswith("Deployment/"):
                cluster.deployment("garden", title.partition("/")[2])
            else:
                cluster.api.put(path, {"metadata": {"labels": BY_HELM}})
        cluster.deployment("garden", "own")
        upgrade(cluster)
        yield cluster


def upgrade(cluster: SmallCluster) -> None:
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        target.apply(Step("upgrade", ""), release, Manifests(DOCUMENTS))
        target.settle(release.ref)


def told(cluster: SmallCluster, *, overview: bool = False) -> str:
    target = cluster.target()
    running = (target.overview() if overview else target).running(cluster.release("garden").ref)
    assert running is not None
    return running.detail


def test_of_what_was_just_deployed_nothing_is_told(cluster: SmallCluster) -> None:
    assert told(cluster) == ""


@pytest.mark.parametrize("overview", [False, True])
@pytest.mark.parametrize("title", PATHS)
def test_what_was_removed_is_named(cluster: SmallCluster, title: str, overview: bool) -> None:
    del cluster.api.objects[PATHS[title]]
    assert told(cluster, overview=overview) == f"removed by hand: {title}"


EDITED = ["ConfigMap/hub", "Secret/hub", "Deployment/proxy", "Ingress/jupyterhub", "NetworkPolicy/hub", "PodDisruptionBudget/hub"]


@pytest.mark.parametrize("title", EDITED)
def test_what_was_edited_is_named(cluster: SmallCluster, title: str) -> None:
    edit(cluster, title)
    assert told(cluster) == f"changed by hand: {title}"


@pytest.mark.parametrize("title", ["Ingress/jupyterhub", "NetworkPolicy/hub", "PodDisruptionBudget/hub"])
def test_what_a_controller_reports_is_no_edit(cluster: SmallCluster, title: str) -> None:
    found = cluster.api.objects[PATHS[title]]
    cluster.api.put(PATHS[title], {**found, "status": {"loadBalancer": {}}})
    assert told(cluster) == ""


def test_an_edit_that_the_deployer_of_the_last_deploy_did_not_look_for_is_none(cluster: SmallCluster) -> None:
    """Its record has no marks of these objects, but knows that they were there."""
    records = Records(Namespace(cluster.target().connection, "garden"))
    record = records.read()
    assert record is not None
    records.put(replace(record, marks={**record.marks, "Ingress/jupyterhub": "", "NetworkPolicy/hub": ""}), None)
    edit(cluster, "Ingress/jupyterhub")
    assert told(cluster) == ""
    del cluster.api.objects[PATHS["NetworkPolicy/hub"]]
    assert told(cluster) == "removed by hand: NetworkPolicy/hub"
    cluster.api.put(PATHS["NetworkPolicy/hub"], {"metadata": {"labels": BY_HELM}})
    upgrade(cluster)
    edit(cluster, "Ingress/jupyterhub")
    assert told(cluster) == "changed by hand: Ingress/jupyterhub"


def edit(cluster: SmallCluster, title: str, **spec: Any) -> None:
    """As `kubectl edit` does."""
    found = cluster.api.objects[PATHS[title]]
    generation = found["metadata"]["generation"] + 1
    seen = {"status": {**found["status"], "observedGeneration": generation}} if "status" in found else {}
    content = {"spec": {**found.get("spec", {}), **spec}} if spec else {}
    cluster.api.put(PATHS[title], {**found, **content, "metadata": {**found["metadata"], "generation": generation}, **seen})


def test_an_edited_ingress_becomes_what_the_chart_says(cluster: SmallCluster) -> None:
    """Helm leaves what its chart does not set."""
    path = PATHS["Ingress/jupyterhub"]
    spec = {"rules": [{"host": "garden.example.org"}]}
    manifest = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "jupyterhub"}, "spec": spec}
    cluster.helm.manifest = yaml.safe_dump(manifest)
    edit(cluster, "Ingress/jupyterhub", rules=[{"host": "elsewhere.example.org"}], ingressClassName="other")
    upgrade(cluster)
    assert cluster.api.objects[path]["spec"] == spec
    assert cluster.api.objects[path]["metadata"]["labels"] == BY_HELM
    assert told(cluster) == ""


@pytest.mark.parametrize("interrupted", [False, True])
def test_what_somebody_added_goes_with_the_next_deploy_that_comes_to_its_end(cluster: SmallCluster, interrupted: bool) -> None:
    """Helm takes back only what its chart sets."""
    path = PATHS["Deployment/proxy"]
    deployed = cluster.api.objects[path]
    manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "proxy"}, "spec": deployed["spec"]}
    cluster.helm.manifest = yaml.safe_dump(manifest)
    cluster.api.put(path, edited(deployed))
    if interrupted:
        cluster.helm.ends = [End(KeyboardInterrupt(), "failed")]
        with pytest.raises(KeyboardInterrupt):
            upgrade(cluster)
        assert cluster.api.objects[path]["spec"] != deployed["spec"]
    upgrade(cluster)
    assert cluster.api.objects[path]["spec"] == deployed["spec"]
    assert cluster.api.objects[path]["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"


def edited(deployment: dict[str, Any]) -> dict[str, Any]:
    """With a variable that is not the chart's."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    template = {"spec": {"containers": [{**container, "env": [{"name": "EDITED", "value": "yes"}]}]}}
    return {
        **deployment,
        "metadata": {**deployment["metadata"], "generation": 2},
        "spec": {**deployment["spec"], "template": template},
        "status": {**deployment["status"], "observedGeneration": 2},
    }


def test_an_object_of_somebody_elses_is_theirs(cluster: SmallCluster) -> None:
    del cluster.api.objects["/apis/apps/v1/namespaces/garden/deployments/own"]
    assert told(cluster) == ""


def test_what_is_gone_comes_before_what_waits_for_it(cluster: SmallCluster) -> None:
    cluster.deployment("garden", "hub", ready=False)
    del cluster.api.objects[PATHS["ServiceAccount/hub"]]
    assert told(cluster) == "removed by hand: ServiceAccount/hub"


@pytest.mark.parametrize("overview", [False, True])
def test_of_a_kind_that_the_account_may_not_list_nothing_is_told(cluster: SmallCluster, overview: bool) -> None:
    cluster.api.closed = {"persistentvolumes", "clusterroles"}
    assert told(cluster, overview=overview) == ""
    del cluster.api.objects[PATHS["Ingress/jupyterhub"]]
    assert told(cluster, overview=overview) == "removed by hand: Ingress/jupyterhub"


def test_many_hubs_are_looked_at_by_one_list_a_kind(cluster: SmallCluster) -> None:
    overview, ref = cluster.target().overview(), cluster.release("garden").ref
    cluster.api.listed.clear()
    overview.running(ref)
    asked = len(cluster.api.listed)
    overview.running(ref)
    assert not [path for path in cluster.api.listed if "/namespaces/garden/" in path]
    assert len(cluster.api.listed) == asked
