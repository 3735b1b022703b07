"""Who serves a hub and who vouches for it: what both charts write for Traefik and cert-manager has to fit together.

cert-manager itself cannot run here, but its own chart is had and rendered. `tests/e2e/cluster` has Traefik and an ACME server.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support import cert_manager
from tests.support.charts import ChartRepository
from tests.support.compiled_hubs import compiled, fleet_of
from tests.support.helm import HELM_3, HELM_4
from tests.support.ingress import chart_values
from tests.support.rendered_charts import ChartTool

from deployer.compiling.support import compile_support
from deployer.errors import ToolFailedError
from deployer.model.release import HubRef

FLEET = fleet_of("examples")
SERVED = [
    hub.ref
    for cluster in FLEET.clusters.values()
    if compile_support(FLEET, cluster)
    for hub in cluster.hubs.values()
    if compiled(FLEET, hub.ref).release.domain
]
WITH_CERT_MANAGER = ("cert-manager.io/v1",)


@pytest.mark.parametrize("ref", SERVED, ids=str)
def test_a_hub_is_served_by_the_clusters_own_ingress_and_vouched_for_by_its_issuer(
    charts: ChartTool, ref: HubRef, tmp_path: Path
) -> None:
    release = compiled(FLEET, ref).release
    ingress = charts.objects("basehub", ref.hub, dict(release.values), tmp_path)["Ingress/jupyterhub"]
    assert ingress["spec"]["ingressClassName"] == chart_values()["ingressClass"]["name"]
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] == release.domain
    (path,) = rule["http"]["paths"]
    assert (path["path"], path["pathType"]) == ("/", "Prefix")
    assert path["backend"] == {"service": {"name": "proxy-public", "port": {"name": "http"}}}
    assert ingress["spec"]["tls"] == [{"hosts": [release.domain], "secretName": "https-certificate"}]
    issuers = issuers_of(ref.cluster, charts, tmp_path)
    assert ingress["metadata"]["annotations"]["cert-manager.io/cluster-issuer"] in issuers
    solvers = [solver for issuer in issuers.values() for solver in issuer["spec"]["acme"]["solvers"]]
    assert {solver["http01"]["ingress"]["ingressClassName"] for solver in solvers} == {ingress["spec"]["ingressClassName"]}


def test_without_a_stack_of_ours_the_clusters_default_class_serves(charts: ChartTool, tmp_path: Path) -> None:
    values = dict(compiled(FLEET, HubRef("dune", "prod")).release.values)
    ingress = charts.objects("basehub", "prod", values, tmp_path)["Ingress/jupyterhub"]
    assert "ingressClassName" not in ingress["spec"]


def test_challenges_go_through_an_ingress_that_is_named(charts: ChartTool, tmp_path: Path) -> None:
    values = {"certificates": {"ingressClass": "public"}}
    objects = charts.objects("support", "support", values, tmp_path, WITH_CERT_MANAGER)
    (solver,) = objects["ClusterIssuer/letsencrypt"]["spec"]["acme"]["solvers"]
    assert solver == {"http01": {"ingress": {"ingressClassName": "public"}}}


@pytest.fixture(scope="module", params=[HELM_4, HELM_3], ids=lambda bundle: f"helm-{bundle.helm_version}")
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChartTool]:
    """One helm, with cert-manager's own chart in its reach."""
    if reason := cert_manager.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("archives")
    cert_manager.archive(folder)
    with ChartRepository(folder) as served:
        yield ChartTool(request.param, tmp_path_factory.mktemp("helm"), served)


def test_cert_manager_takes_what_we_ask_of_it(real: ChartTool, tmp_path: Path) -> None:
    real.lint("cert-manager", {}, tmp_path)
    objects = real.objects("cert-manager", "cert-manager", {}, tmp_path)
    assert {f"Deployment/cert-manager{part}" for part in ("", "-webhook", "-cainjector")} <= set(objects)
    kinds = {name: entry for name, entry in objects.items() if name.startswith("CustomResourceDefinition/")}
    assert {f"CustomResourceDefinition/{name}.cert-manager.io" for name in ("clusterissuers", "certificates")} <= set(kinds)
    assert {entry["metadata"]["annotations"]["helm.sh/resource-policy"] for entry in kinds.values()} == {"keep"}
    (container,) = objects["Deployment/cert-manager"]["spec"]["template"]["spec"]["containers"]
    assert "--leader-election-namespace=cert-manager" in container["args"]
    assert container["resources"]["requests"] == {"cpu": "10m", "memory": "64Mi"}


def test_a_value_that_cert_manager_does_not_know_is_refused(real: ChartTool, tmp_path: Path) -> None:
    with pytest.raises(ToolFailedError, match="replicas"):
        real.objects("cert-manager", "cert-manager", {"cert-manager": {"replicas": 2}}, tmp_path)


def issuers_of(cluster: str, charts: ChartTool, scratch: Path) -> dict[str, Any]:
    """The issuers of a cluster's support stack by their names, as if cert-manager were there."""
    release = compile_support(FLEET, FLEET.clusters[cluster])
    assert release is not None
    objects = charts.objects("support", "support", dict(release.values), scratch, WITH_CERT_MANAGER)
    return {name.partition("/")[2]: entry for name, entry in objects.items() if name.startswith("ClusterIssuer/")}
