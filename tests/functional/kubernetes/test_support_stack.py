"""`support deploy` on the test cluster. The charts inside ours are tiny stand-ins: the way is tried, not their contents."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support import cert_manager, image
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_effects import effects_with
from tests.support.cluster_fleet import ClusterFleet
from tests.support.program import told
from tests.support.recovery import SOON, kill, names_of_new
from tests.support.rendered_charts import dependencies, tiny_stand_in

from deployer.workflows.support import deploy_support

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
        fleet = ClusterFleet(root, cluster, repository)
        mirrors = dict.fromkeys((entry["repository"] for entry in wanted), repository.url)
        (root / "config" / "fleet.yaml").write_text(
            yaml.safe_dump({"contact": "hubs@team.example.org", "chart_mirrors": mirrors})
        )
        yield fleet
    cluster.kubectl("delete", "namespace", *CHARTS, "--ignore-not-found", "--wait=false")


def write(stack: ClusterFleet, values: dict[str, Any]) -> None:
    """Values of the stack, in cluster.yaml."""
    file = stack.folder / "cluster.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | {"support": {"values": values}}))


def revisions(stack: ClusterFleet) -> dict[int, str]:
    """Helm's revisions of the release `support`, with their statuses."""
    found = stack.cluster.kubectl("get", "secrets", "-n", "support", "-l", "owner=helm,name=support", "-o", "json")
    labels = [entry["metadata"]["labels"] for entry in json.loads(found)["items"]]
    return {int(label["version"]): label["status"] for label in labels}


def test_a_dry_run_writes_nothing_and_cert_manager_comes_first(stack: ClusterFleet) -> None:
    with stack.read_only():
        planned = stack.run("support", "deploy", "onenode", "--dry-run")
    assert planned.code == 0, planned.err
    assert [line.split(" (")[0] for line in planned.out.splitlines()] == [
        "onenode: cert-manager would be installed",
        "onenode: support would be installed",
    ]
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
    write(stack, {"certificates": {"acme": own}})
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


def test_an_image_that_cannot_be_had_is_told_at_once_while_the_old_pod_serves(stack: ClusterFleet) -> None:
    write(stack, {"traefik": {"image": {"repository": image.USER, "tag": image.tag()}}})
    installed = stack.run("support", "deploy", "onenode")
    assert installed.code == 0, installed.err
    write(stack, {"traefik": {"image": {"repository": "localhost/no-such-image", "tag": "1"}}})
    for _ in range(2):
        began = time.monotonic()
        ended = stack.run("support", "deploy", "onenode")
        assert ended.code == 7, ended.err
        assert "the image localhost/no-such-image:1 of pod traefik-stand-in-" in told(ended.err)
        assert time.monotonic() - began < 120
    (deployment,) = json.loads(stack.cluster.kubectl("get", "deployments", "-n", "support", "-o", "json"))["items"]
    assert deployment["status"]["availableReplicas"] == 1
    write(stack, {"traefik": {"image": {"repository": image.USER, "tag": image.tag()}}})
    mended = stack.run("support", "deploy", "onenode")
    assert mended.code == 0, mended.err
    assert "support is upgraded and runs" in mended.out


DEAF = """\
error: cluster onenode cannot ask its webhook `policy.example.org`, without which it takes no such change: \
dial tcp 127.0.0.1:9: connect: connection refused
hint: `kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations` shows whose it is. \
Once it answers, run the same command again.
"""
LISTEN = "import socket, sys; here = socket.create_server(('127.0.0.1', 9999)); print('listens', flush=True); sys.stdin.read()"


@contextmanager
def webhook(cluster: Cluster, port: int) -> Iterator[None]:
    """The API server asks there before it takes a ConfigMap of the namespace `support`."""
    rule = {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"]}
    asked = {
        "name": "policy.example.org",
        "rules": [rule],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "support"}},
        "clientConfig": {"url": f"https://127.0.0.1:{port}/"},
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 30,
    }
    kind = "ValidatingWebhookConfiguration"
    metadata = {"name": "policy"}
    cluster.apply(
        {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": metadata, "webhooks": [asked]},
    )
    try:
        yield
    finally:
        cluster.kubectl("delete", kind, "policy")


@contextmanager
def silent(cluster: Cluster) -> Iterator[None]:
    """Something of the cluster's listens on port 9999 and never says anything."""
    command = cluster.processes.inside([sys.executable, "-c", LISTEN])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as listening:
        assert listening.stdin is not None
        assert listening.stdout is not None
        assert listening.stdout.readline() == "listens\n"
        try:
            yield
        finally:
            listening.stdin.close()


def test_a_webhook_that_does_not_answer_is_named(stack: ClusterFleet) -> None:
    with webhook(stack.cluster, 9):
        ended = stack.run("support", "deploy", "onenode")
    assert (ended.code, told(ended.err)) == (4, DEAF)
    assert revisions(stack) == {1: "failed"}
    assert stack.run("support", "deploy", "onenode").code == 0


def test_one_that_was_killed_in_the_middle_of_helms_work_is_repaired(stack: ClusterFleet) -> None:
    stack.hub = "support"
    with silent(stack.cluster), webhook(stack.cluster, 9999):
        running = stack.began("support", "deploy", "onenode")
        with names_of_new(stack, "secrets", "owner=helm,status=pending-install") as seen:
            assert next(seen)
            kill(running, helm=True)
    assert revisions(stack) == {1: "pending-install"}
    with effects_with(stack, lease_seconds=SOON) as effects:
        report = deploy_support(effects, "onenode", dry_run=False)
    assert [(release.name, release.before, release.unchanged) for release in report.releases] == [
        ("cert-manager", 1, True),
        ("support", 0, False),
    ]
    assert revisions(stack) == {1: "deployed"}
