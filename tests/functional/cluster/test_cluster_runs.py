"""The test cluster is a Kubernetes that tests can trust: pods run, claims are bound, images load, no way leads out."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import image
from tests.support.cluster import Cluster
from tests.support.cluster.processes import wait_until

pytestmark = pytest.mark.cluster


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A fresh namespace whose service account is there."""
    name = f"trial-{time.monotonic_ns()}"
    cluster.kubectl("create", "namespace", name)
    account = ("get", "serviceaccount", "default", "-n", name, "-o", "name")
    wait_until(lambda: bool(cluster.kubectl(*account, check=False)), "a service account")
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def pod(namespace: str, name: str, *command: str, **spec: object) -> dict[str, object]:
    container = {"name": "only", "image": image.user_reference(), "imagePullPolicy": "IfNotPresent", "command": command}
    mounts = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]} if "volumes" in spec else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [{**container, **mounts}], **spec},
    }


def output_of(cluster: Cluster, namespace: str, name: str) -> str:
    """What a pod printed, once it has ended well."""
    phase = ("get", "pod", "-n", namespace, name, "-o", "jsonpath={.status.phase}")
    wait_until(lambda: cluster.kubectl(*phase) in ("Succeeded", "Failed"), f"pod {name} has ended", 90)
    printed = cluster.kubectl("logs", "-n", namespace, name)
    assert cluster.kubectl(*phase) == "Succeeded", printed
    return printed


def test_a_pod_runs_and_finds_services_by_name(cluster: Cluster, namespace: str) -> None:
    code = "import socket; print(socket.gethostbyname('kubernetes.default.svc.cluster.local'))"
    cluster.apply(pod(namespace, "finder", "python3", "-c", code))
    assert output_of(cluster, namespace, "finder").strip() == "10.96.0.1"


def test_no_way_leads_out(cluster: Cluster, namespace: str) -> None:
    code = """
import socket, sys
try:
    socket.create_connection(("192.0.2.1", 80), 5)
except OSError as error:
    print(type(error).__name__, error.errno)
try:
    socket.gethostbyname("example.org")
except OSError:
    print("no name")
"""
    cluster.apply(pod(namespace, "runaway", "python3", "-c", code))
    printed = output_of(cluster, namespace, "runaway")
    assert "TimeoutError" not in printed
    assert len(printed.splitlines()) == 2


def test_a_claim_is_bound_and_outlives_its_pod(cluster: Cluster, namespace: str) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "kept", "namespace": namespace},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Mi"}}},
    }
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "kept"}}]
    cluster.apply(claim, pod(namespace, "writer", "sh", "-c", "echo hello > /data/file", volumes=volumes))
    output_of(cluster, namespace, "writer")
    cluster.apply(pod(namespace, "reader", "cat", "/data/file", volumes=volumes))
    assert output_of(cluster, namespace, "reader") == "hello\n"
    assert cluster.kubectl("get", "pvc", "-n", namespace, "kept", "-o", "jsonpath={.status.phase}") == "Bound"


def test_the_images_are_loaded_and_have_all_roles(cluster: Cluster, namespace: str) -> None:
    assert set(image.references()) <= set(cluster.images())
    tools = "jupyterhub --version && configurable-http-proxy --version && jupyter lab --version && iptables --version"
    cluster.apply(pod(namespace, "roles", "sh", "-c", tools))
    hub, proxy, lab, iptables = output_of(cluster, namespace, "roles").splitlines()
    assert (hub, proxy, lab) == ("5.5.4", "5.3.0", "4.6.6")
    assert iptables.startswith("iptables")


def test_a_missing_image_is_told_within_seconds(cluster: Cluster, namespace: str) -> None:
    cluster.apply(pod(namespace, "nowhere", "true") | {"spec": {"containers": [{"name": "x", "image": "localhost/no-such:1"}]}})
    reason = "jsonpath={.status.containerStatuses[0].state.waiting.reason}"
    wanted = ("ErrImagePull", "ImagePullBackOff")
    wait_until(
        lambda: cluster.kubectl("get", "pod", "-n", namespace, "nowhere", "-o", reason) in wanted, "the image is missed", 30
    )


def test_a_visitor_has_no_rights_until_they_are_given(cluster: Cluster, namespace: str, tmp_path: Path) -> None:
    visitor = cluster.kubeconfig_of("visitor", tmp_path / "visitor")
    asking = ("auth", "can-i", "create", "secrets", "-n", namespace, f"--kubeconfig={visitor}")
    assert cluster.kubectl(*asking, check=False).strip() == "no"
    cluster.kubectl("create", "rolebinding", "guests", "-n", namespace, "--clusterrole=edit", "--user=visitor")
    assert cluster.kubectl(*asking).strip() == "yes"


def test_objects_are_still_there_after_the_api_server_was_down(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("create", "configmap", "-n", namespace, "kept", "--from-literal=a=b")
    with cluster.without("kube-apiserver"):
        assert cluster.kubectl("get", "--raw", "/readyz", check=False) != "ok"
    assert json.loads(cluster.kubectl("get", "configmap", "-n", namespace, "kept", "-o", "json"))["data"] == {"a": "b"}
