"""Every example hub through `basehub`: both helms lint and render it, with the stand-in and, given a clone, the real chart."""

from __future__ import annotations

import copy
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support.compiled_hubs import compiled, compiled_hub, fleet_of
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


def reached(rules: list[dict[str, Any]], address: str, port: int) -> bool:
    """Whether egress rules of a NetworkPolicy let TCP to that port of an address outside of the cluster pass."""
    blocks = [peer["ipBlock"] for rule in rules if _names_port(rule, port) for peer in rule.get("to", []) if "ipBlock" in peer]
    return any(_within(address, [block["cidr"]]) and not _within(address, block.get("except", [])) for block in blocks)


def _names_port(rule: dict[str, Any], port: int) -> bool:
    return "ports" not in rule or {"TCP", port} in [{entry.get("protocol", "TCP"), entry["port"]} for entry in rule["ports"]]


def _within(address: str, networks: list[str]) -> bool:
    return any(ip_address(address) in ip_network(network) for network in networks)


PUBLIC, NODE, METADATA = "203.0.113.7", "10.0.0.5", "169.254.169.254"
ON_CAMPUS = """\
provider: kubeconfig
kubeconfig: {file: kubeconfig.yaml}
node_pools:
  main: {purpose: core, machine: server, max: 1, labels: {role: core}, taints: ['role=core:NoSchedule']}
  dask: {purpose: worker, machine: server, max: 1, labels: {role: dask}, taints: ['role=dask:NoSchedule']}
  small: {purpose: notebook, machine: server, max: 1, memory: 16Gi, cpu: 4}
"""
HUB = """\
domain: hub.example.org
login: {provider: native, allow: {users: [ada]}}
extras: {dask_gateway: true}
home: {kind: none}
machines: [{pool: small, shares: [1/2, 1]}]
"""


def objects_of(charts: ChartTool, hub: str, tmp_path: Path) -> dict[str, Any]:
    """A hub on a cluster of others, whose pools of all three purposes have labels, taints or sizes."""
    return charts.objects("basehub", "prod", compiled_hub(HUB + hub, cluster=ON_CAMPUS).release.values, tmp_path)


@pytest.mark.parametrize("policy", ["singleuser", "dask-clusters"])
@pytest.mark.parametrize(
    ("network", "open_ports", "metadata"),
    [
        ("", {80, 443, 22, 8443}, False),
        ("network: {allow_ports: [22]}", {80, 443, 22}, False),
        ("network: {allow_ports: []}", {80, 443}, False),
        ("network: {allow_ports: [80, 8443], block_metadata: false}", {80, 443, 8443}, True),
        ("network: {block_metadata: false}", {80, 443, 22, 8443}, True),
    ],
)
def test_servers_and_dask_reach_what_the_file_says(
    charts: ChartTool, policy: str, network: str, open_ports: set[int], metadata: bool, tmp_path: Path
) -> None:
    rules = objects_of(charts, network, tmp_path)[f"NetworkPolicy/{policy}"]["spec"]["egress"]
    assert {port for port in (80, 443, 22, 8443) if reached(rules, PUBLIC, port)} == open_ports
    assert reached(rules, METADATA, 80) is metadata
    assert not any(reached(rules, NODE, port) for port in (80, 22, 10250))


def test_pods_of_the_hub_are_where_the_core_pool_is(charts: ChartTool, tmp_path: Path) -> None:
    objects = objects_of(charts, "", tmp_path)
    for name in ("hub", "proxy"):
        pod = objects[f"Deployment/{name}"]["spec"]["template"]["spec"]
        assert pod["nodeSelector"] == {"role": "core"}
        assert {"key": "role", "operator": "Equal", "value": "core", "effect": "NoSchedule"} in pod["tolerations"]


@pytest.mark.extra
def test_spare_room_and_dask_are_placed_by_their_own_charts(charts: ChartTool, tmp_path: Path) -> None:
    """By the charts themselves: the stand-ins have neither."""
    objects = objects_of(charts, "spare_room: {servers: 2, memory: 4G}", tmp_path)
    if "StatefulSet/user-placeholder" not in objects:
        pytest.skip("the stand-in has no placeholders")
    placeholder = objects["StatefulSet/user-placeholder"]["spec"]
    assert placeholder["replicas"] == 2
    assert placeholder["template"]["spec"]["nodeSelector"] == {"hub.jupyter.org/pool": "small"}
    dask = [pod["spec"]["template"]["spec"] for name, pod in objects.items() if name.startswith("Deployment/") and "dask" in name]
    if [pod for pod in dask if "stand-in" not in pod["containers"][0]["image"]]:
        assert {pod["nodeSelector"]["role"] for pod in dask} == {"core"}


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


@pytest.mark.parametrize("name", ["data.v2", "a/b.c", ".hidden"])
def test_a_shared_folder_may_have_dots(charts: ChartTool, name: str, tmp_path: Path) -> None:
    values = compiled_hub(
        HUB.replace(
            "home: {kind: none}",
            f"home: {{kind: nfs, server: nfs.example.org, path: /homes}}\nshared_folders: [{{name: {name}}}]",
        ),
        cluster=ON_CAMPUS,
    ).release.values
    objects = charts.objects("basehub", "prod", values, tmp_path)
    pod = objects["Job/shared-folders"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["args"][1:] == [name]
    assert pod["nodeSelector"] == {"role": "core"}


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
