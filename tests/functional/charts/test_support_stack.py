"""The support stack of every example cluster, and cert-manager's own release, by both helms; the charts inside are stand-ins, or
their own archives where they are at hand."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.compiled_hubs import fleet_of
from tests.support.real_chart import ARCHIVES
from tests.support.rendered_charts import ChartTool

from deployer.compiling.support import compile_support
from deployer.errors import ToolFailedError

FLEET = fleet_of("examples")
STACKS = {name: release for name, cluster in FLEET.clusters.items() if (release := compile_support(FLEET, cluster))}
WRAPPED = ("traefik", "prometheus", "grafana", "cluster-autoscaler")
WITH_CERT_MANAGER = ("cert-manager.io/v1",)


@pytest.mark.parametrize("cluster", STACKS)
def test_every_example_is_linted_and_rendered(charts: ChartTool, cluster: str, tmp_path: Path) -> None:
    values = dict(STACKS[cluster].values)
    charts.lint("support", values, tmp_path)
    objects = charts.objects("support", "support", values, tmp_path)
    autoscaler = {"cluster-autoscaler"} if cluster == "aurora" else set()
    assert {chart for chart in WRAPPED if is_inside(objects, chart)} == {"traefik", "prometheus", "grafana"} | autoscaler
    assert {f"NetworkPolicy/{name}" for name in ("traefik", "prometheus", "grafana")} <= set(objects)


def test_cert_manager_is_a_release_of_its_own_that_keeps_its_kinds(charts: ChartTool, tmp_path: Path) -> None:
    charts.lint("cert-manager", {}, tmp_path)
    objects = charts.objects("cert-manager", "cert-manager", {}, tmp_path)
    assert values_given(objects, "cert-manager")["crds"] == {"enabled": True, "keep": True}


def test_issuers_wait_for_cert_manager(charts: ChartTool, tmp_path: Path) -> None:
    values = {"certificates": {"email": "hubs@team.example.org"}}
    before = charts.objects("support", "support", values, tmp_path)
    assert not [name for name in before if name.startswith("ClusterIssuer/")]
    objects = charts.objects("support", "support", values, tmp_path, WITH_CERT_MANAGER)
    acme = objects["ClusterIssuer/letsencrypt"]["spec"]["acme"]
    assert (acme["email"], acme["server"]) == ("hubs@team.example.org", "https://acme-v02.api.letsencrypt.org/directory")
    assert acme["solvers"] == [{"http01": {"ingress": {"ingressClassName": "traefik"}}}]
    assert "staging" in objects["ClusterIssuer/letsencrypt-staging"]["spec"]["acme"]["server"]
    assert "ClusterIssuer/own" not in objects


def test_an_acme_server_of_ones_own_is_trusted_by_its_own_authority(charts: ChartTool, tmp_path: Path) -> None:
    authority = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    values = {"certificates": {"acme": {"server": "https://pebble.example.org:14000/dir", "ca": authority}}}
    objects = charts.objects("support", "support", values, tmp_path, WITH_CERT_MANAGER)
    acme = objects["ClusterIssuer/own"]["spec"]["acme"]
    assert acme["server"] == "https://pebble.example.org:14000/dir"
    assert base64.b64decode(acme["caBundle"]).decode() == authority
    assert "caBundle" not in objects["ClusterIssuer/letsencrypt"]["spec"]["acme"]


def test_prometheus_is_never_open_to_the_world(charts: ChartTool, tmp_path: Path) -> None:
    objects = charts.objects("support", "support", dict(STACKS["aurora"].values), tmp_path)
    assert objects["Middleware/prometheus-auth"]["spec"]["basicAuth"]["secret"] == "prometheus-auth"
    users = base64.b64decode(objects["Secret/prometheus-auth"]["data"]["users"]).decode()
    assert users.startswith("prometheus:$2")
    middleware = "support-prometheus-auth@kubernetescrd"
    assert (annotations_of_prometheus(objects) or {})["traefik.ingress.kubernetes.io/router.middlewares"] == middleware
    closed = charts.objects("support", "support", dict(STACKS["borealis"].values), tmp_path)
    assert "Secret/prometheus-auth" not in closed
    assert annotations_of_prometheus(closed) is None


@pytest.mark.extra
def test_what_ours_counts_on_is_in_the_charts_that_it_wraps(charts: ChartTool, tmp_path: Path) -> None:
    objects = charts.objects("support", "support", dict(STACKS["aurora"].values), tmp_path)
    if "Deployment/support-traefik" not in objects:
        pytest.skip(f"{ARCHIVES} names no folder with the charts' own archives")
    assert [port["port"] for port in objects["Service/support-prometheus-server"]["spec"]["ports"]] == [80], "Grafana reads there"
    pods = [entry["spec"]["template"] for entry in objects.values() if entry["kind"] in ("Deployment", "DaemonSet")]
    policies = [entry["spec"] for entry in objects.values() if entry["kind"] == "NetworkPolicy"]
    for selector in (policy["podSelector"]["matchLabels"] for policy in policies):
        assert any(selector.items() <= pod["metadata"]["labels"].items() for pod in pods), selector
    traefik = objects["Deployment/support-traefik"]["spec"]["template"]["spec"]["containers"][0]
    assert {"web", "websecure", "metrics"} <= {port["name"] for port in traefik["ports"]}
    assert {
        "--providers.kubernetesingress.allowEmptyServices=true",
        "--entryPoints.web.http.redirections.entryPoint.to=:443",
        "--entryPoints.websecure.transport.respondingTimeouts.readTimeout=0",
    } <= set(traefik["args"])
    assert objects["IngressClass/traefik"]["metadata"]["annotations"]["ingressclass.kubernetes.io/is-default-class"] == "true"
    autoscaler = objects["Deployment/support-aws-cluster-autoscaler"]["spec"]["template"]["spec"]
    assert {"--expander=least-waste", "--cloud-provider=aws"} <= set(autoscaler["containers"][0]["command"])
    assert autoscaler["serviceAccountName"] == "cluster-autoscaler"


@pytest.mark.parametrize("values", [{"certificate": {}}, {"certificates": {"acme": {"server": "pebble"}}}], ids=str)
def test_values_that_cannot_be_meant_are_refused(charts: ChartTool, values: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ToolFailedError, match="certificate"):
        charts.objects("support", "support", values, tmp_path)


def is_inside(objects: dict[str, Any], chart: str) -> bool:
    """The chart, or its stand-in."""
    labels = [entry["metadata"].get("labels") or {} for entry in objects.values()]
    own = any(label.get("helm.sh/chart", "").startswith(f"{chart}-") for label in labels)
    return own or f"ConfigMap/{chart}-stand-in" in objects


def annotations_of_prometheus(objects: dict[str, Any]) -> dict[str, str] | None:
    """Of its ingress; None where it has none."""
    if "ConfigMap/prometheus-stand-in" in objects:
        ingress = values_given(objects, "prometheus")["server"]["ingress"]
        return dict(ingress["annotations"]) if ingress["enabled"] else None
    found = objects.get("Ingress/support-prometheus-server")
    return dict(found["metadata"]["annotations"]) if found else None


def values_given(objects: dict[str, Any], chart: str) -> dict[str, Any]:
    """The values that reached the stand-in of a chart."""
    given: dict[str, Any] = json.loads(objects[f"ConfigMap/{chart}-stand-in"]["data"]["values.json"])
    return given
