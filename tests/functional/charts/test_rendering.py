"""Every example hub through `basehub`: both helms lint and render it, with the stand-in and, given a clone, the real chart."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support.compiled_hubs import compiled, fleet_of
from tests.support.real_chart import ARCHIVES
from tests.support.rendered_charts import ChartTool

from deployer.errors import ToolFailedError
from deployer.model.release import HubRef

FLEET = fleet_of("examples")
HUBS = [hub.ref for cluster in FLEET.clusters.values() if cluster.spec.provider != "local" for hub in cluster.hubs.values()]


def values_of(ref: HubRef) -> dict[str, Any]:
    """The compiled values of an example, for a test to change."""
    return copy.deepcopy(dict(compiled(FLEET, ref).release.values))


@pytest.mark.parametrize("ref", HUBS, ids=str)
def test_every_example_is_linted_and_rendered(charts: ChartTool, ref: HubRef, tmp_path: Path) -> None:
    values = values_of(ref)
    charts.lint("basehub", values, tmp_path)
    objects = charts.objects("basehub", ref.hub, values, tmp_path)
    assert {"Deployment/hub", "Deployment/proxy", "Ingress/jupyterhub", "ConfigMap/deployer-templates"} <= set(objects)
    assert {"NetworkPolicy/hub", "NetworkPolicy/singleuser", "NetworkPolicy/hub-metrics"} <= set(objects)
    assert {"PodDisruptionBudget/hub", "PodDisruptionBudget/proxy"} <= set(objects)
    # All hubs of a cluster have objects of these names: nothing may lie outside the namespace that another hub has, too.
    volumes = {name for name in objects if name.startswith("PersistentVolume/")}
    assert volumes <= {f"PersistentVolume/{ref.hub}-homes"}


@pytest.mark.parametrize("claim", ["hub-db-dir", "homes"])
def test_an_uninstall_keeps_the_database_and_the_homes(charts: ChartTool, claim: str, tmp_path: Path) -> None:
    objects = charts.objects("basehub", "prod", values_of(HubRef("dune", "prod")), tmp_path)
    found = objects[f"PersistentVolumeClaim/{claim}"]
    assert found["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_homes_of_a_server_that_others_run_are_mounted_from_it(charts: ChartTool, tmp_path: Path) -> None:
    objects = charts.objects("basehub", "prod", values_of(HubRef("dune", "prod")), tmp_path)
    volume = objects["PersistentVolume/prod-homes"]
    assert volume["spec"]["nfs"] == {"server": "nfs.dune.example.org", "path": "/export/homes/prod"}
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert volume["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    assert objects["PersistentVolumeClaim/homes"]["spec"]["volumeName"] == "prod-homes"


def test_homes_on_the_file_server_of_the_hub_are_mounted_from_a_fixed_address(charts: ChartTool, tmp_path: Path) -> None:
    values = values_of(HubRef("aurora", "prod"))
    values["homes"]["clusterIP"] = "10.100.0.77"
    objects = charts.objects("basehub", "prod", values, tmp_path)
    assert objects["PersistentVolume/prod-homes"]["spec"]["nfs"]["server"] == "10.100.0.77"
    service = objects["Service/homes"]["spec"]
    assert (service["clusterIP"], service["selector"]) == ("10.100.0.77", {"app": "nfs-server"})


def test_azure_makes_the_volume_by_its_class(charts: ChartTool, tmp_path: Path) -> None:
    objects = charts.objects("basehub", "prod", values_of(HubRef("cirrus", "prod")), tmp_path)
    assert objects["PersistentVolumeClaim/homes"]["spec"]["storageClassName"] == "azurefile-csi-premium"
    assert not [name for name in objects if name.startswith("PersistentVolume/")]


def test_shared_folders_are_made_and_only_their_job_writes_them(charts: ChartTool, tmp_path: Path) -> None:
    values = values_of(HubRef("aurora", "prod"))
    objects = charts.objects("basehub", "prod", values, tmp_path)
    pod = objects["Job/shared-folders"]["spec"]["template"]
    assert pod["spec"]["containers"][0]["args"][1:] == ["shared"]
    policy = objects["NetworkPolicy/shared-folders"]["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert "ingress" not in policy
    assert "egress" not in policy
    mounts = values["jupyterhub"]["singleuser"]["storage"]["extraVolumeMounts"]
    assert mounts["shared-shared"]["readOnly"] is True


def test_templates_reach_the_hub_whole(charts: ChartTool, tmp_path: Path) -> None:
    objects = charts.objects("basehub", "prod", values_of(HubRef("dune", "prod")), tmp_path)
    data = objects["ConfigMap/deployer-templates"]["data"]
    source = Path(__file__).parents[3] / "helm-charts" / "basehub" / "files" / "hub-templates"
    assert data == {path.name: path.read_text() for path in source.iterdir()}
    mounts = objects["Deployment/hub"]["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
    assert "/usr/local/share/jupyterhub/deployer-templates" in {mount["mountPath"] for mount in mounts}


def test_the_check_has_its_service_and_role(charts: ChartTool, tmp_path: Path) -> None:
    objects = charts.objects("basehub", "prod", values_of(HubRef("dune", "prod")), tmp_path)
    secret = objects["Secret/hub"]
    assert "hub.services.deployer-check.apiToken" in {**secret.get("data", {}), **secret.get("stringData", {})}


def test_people_with_buckets_have_a_cloud_identity_of_their_hub(charts: ChartTool, tmp_path: Path) -> None:
    values = values_of(HubRef("aurora", "prod"))
    values["identity"]["annotations"] = {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/aurora-prod"}
    objects = charts.objects("basehub", "prod", values, tmp_path)
    assert objects["ServiceAccount/user-server"]["metadata"]["annotations"] == values["identity"]["annotations"]
    assert values["jupyterhub"]["singleuser"]["serviceAccountName"] == "user-server"


def test_dask_has_the_ways_of_a_server_and_no_more(charts: ChartTool, tmp_path: Path) -> None:
    objects = charts.objects("basehub", "prod", values_of(HubRef("aurora", "prod")), tmp_path)
    egress = objects["NetworkPolicy/dask-clusters"]["spec"]["egress"]
    (internet,) = [peer["ipBlock"] for rule in egress for peer in rule.get("to", []) if "ipBlock" in peer]
    assert {"169.254.0.0/16", "10.0.0.0/8"} <= set(internet["except"])
    assert {"NetworkPolicy/servers-to-dask", "NetworkPolicy/dask-to-hub"} <= set(objects)


@pytest.mark.extra
@pytest.mark.parametrize("ref", [HubRef("aurora", "prod"), HubRef("borealis", "prod")], ids=str)
def test_the_hubs_services_are_where_their_charts_have_them(charts: ChartTool, ref: HubRef, tmp_path: Path) -> None:
    """By the charts themselves: a stand-in has no Service."""
    values = values_of(ref)
    objects = charts.objects("basehub", ref.hub, values, tmp_path)
    asked = {urlsplit(said["url"]) for said in values["jupyterhub"]["hub"]["services"].values() if said.get("url")}
    assert asked
    if not any(name in objects for name in ("Service/binderhub", f"Service/traefik-{ref.hub}-dask-gateway")):
        pytest.skip(f"{ARCHIVES} names no folder with the charts' own archives")
    ports = {url: objects[f"Service/{url.hostname}"]["spec"]["ports"] for url in asked}
    assert [url.geturl() for url, found in ports.items() if (url.port or 80) not in [port["port"] for port in found]] == []


REFUSED = {
    "a key that nobody knows": ({"homez": {}}, "homez"),
    "a kind of homes that nobody knows": ({"homes": {"kind": "floppy"}}, "homes.kind|homes/kind"),
    "a shared folder outside": ({"homes": {"sharedFolders": ["../etc"]}}, "sharedFolders"),
    "an identity that nobody uses": ({"identity": {"enabled": True}}, "serviceAccountName"),
}


@pytest.mark.parametrize(("values", "told"), REFUSED.values(), ids=REFUSED)
def test_values_that_cannot_be_meant_are_refused(charts: ChartTool, values: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(ToolFailedError, match=told):
        charts.objects("basehub", "prod", values, tmp_path)
