"""`support deploy` on the test cluster. The charts inside ours are tiny stand-ins: the way is tried, not their contents."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.support import cert_manager
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import ClusterFleet
from tests.support.rendered_charts import dependencies, tiny_stand_in

pytestmark = pytest.mark.cluster
CHARTS = ("support", "cert-manager")


@pytest.fixture
def stack(cluster: Cluster, tmp_path: Path) -> Iterator[ClusterFleet]:
    """A fleet whose charts' repositories are all one on loopback."""
    archives, root = tmp_path / "archives", tmp_path / "fleet"
    archives.mkdir()
    root.joinpath("config").mkdir(parents=True)
    wanted = [entry for chart in CHARTS for entry in dependencies(chart)]
    for entry in wanted:
        tiny_stand_in(entry, tmp_path / "sources", archives)
    with ChartRepository(archives) as repository:
        fleet = ClusterFleet(root, cluster, repository.url)
        mirrors = dict.fromkeys((entry["repository"] for entry in wanted), repository.url)
        (root / "config" / "fleet.yaml").write_text(
            yaml.safe_dump({"contact": "hubs@team.example.org", "chart_mirrors": mirrors})
        )
        yield fleet
    cluster.kubectl("delete", "namespace", *CHARTS, "--ignore-not-found", "--wait=false")


def test_a_dry_run_writes_nothing_and_cert_manager_comes_first(stack: ClusterFleet) -> None:
    before = stack.versions()
    planned = stack.run("support", "deploy", "onenode", "--dry-run")
    assert planned.code == 0, planned.err
    assert [line.split(" (")[0] for line in planned.out.splitlines()] == [
        "onenode: cert-manager would be installed",
        "onenode: support would be installed",
    ]
    assert {uid: version for uid, version in stack.versions().items() if uid in before} == before
    installed = stack.run("support", "deploy", "onenode", "--format", "json")
    assert installed.code == 0, installed.err
    assert [(release["name"], release["before"]) for release in installed.data["releases"]] == [
        ("cert-manager", 0),
        ("support", 0),
    ]
    found = stack.cluster.kubectl("get", "configmap,networkpolicy", "-n", "support", "-o", "name").split()
    assert {"configmap/traefik-stand-in", "networkpolicy.networking.k8s.io/prometheus"} <= set(found)
    again = stack.run("support", "deploy", "onenode")
    assert again.out.splitlines() == ["onenode: cert-manager is unchanged", "onenode: support is unchanged"]
    forced = stack.run("support", "deploy", "onenode", "--force")
    assert "support is upgraded and runs" in forced.out


def test_issuers_come_with_the_kinds_of_cert_manager_and_fit_them(stack: ClusterFleet) -> None:
    """The kinds are cert-manager's own: what they do not know would be refused, or be missing from what comes back."""
    if reason := cert_manager.missing():
        pytest.skip(reason)
    own = {
        "server": "https://pebble.example.org:14000/dir",
        "ca": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    }
    cluster_file = stack.folder / "cluster.yaml"
    content = yaml.safe_load(cluster_file.read_text())
    cluster_file.write_text(yaml.safe_dump(content | {"support": {"values": {"certificates": {"acme": own}}}}))
    with cert_manager.kinds(stack.cluster):
        installed = stack.run("support", "deploy", "onenode")
        assert installed.code == 0, installed.err
        found = json.loads(stack.cluster.kubectl("get", "clusterissuers", "-o", "json"))["items"]
    issuers = {entry["metadata"]["name"]: entry["spec"]["acme"] for entry in found}
    assert set(issuers) == {"letsencrypt", "letsencrypt-staging", "own"}
    assert issuers["own"] == {
        "server": own["server"],
        "email": "hubs@team.example.org",
        "caBundle": base64.b64encode(own["ca"].encode()).decode(),
        "privateKeySecretRef": {"name": "own-account"},
        "solvers": [{"http01": {"ingress": {"ingressClassName": "traefik"}}}],
    }
