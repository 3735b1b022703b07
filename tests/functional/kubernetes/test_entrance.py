"""What the cluster knows of the way in to a hub, for those who may look and for those who may not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support import cert_manager
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import ClusterFleet

from deployer.model.access import Kubeconfig
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.entrance import Entrance
from deployer.tools.clock import SystemClock

pytestmark = pytest.mark.cluster
NAMESPACE = "entrance"
WAITING = "Waiting for CertificateRequest to complete"


def entrance(kubeconfig: Path) -> Entrance:
    return Entrance(Connection("onenode", Kubeconfig(kubeconfig), SystemClock()), NAMESPACE)


@pytest.fixture(scope="module")
def namespace(cluster: Cluster) -> Iterator[Cluster]:
    """A namespace with an Ingress whose controller has given it no address yet."""
    cluster.kubectl("create", "namespace", NAMESPACE)
    backend = {"service": {"name": "hub", "port": {"number": 80}}}
    rule = {"host": "hub.example.org", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    cluster.apply(_object("networking.k8s.io/v1", "Ingress", spec={"rules": [rule]}))
    yield cluster
    cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def test_an_address_or_a_name_that_its_controller_gives_it(namespace: Cluster) -> None:
    way = entrance(namespace.kubeconfig)
    assert way.address() == ""
    for given in ({"hostname": "lb-1.example.com"}, {"ip": "192.0.2.7"}):
        _status(namespace, "ingress", {"loadBalancer": {"ingress": [given]}})
        assert way.address() in given.values()


def test_what_a_certificate_waits_for(namespace: Cluster) -> None:
    if reason := cert_manager.missing():
        pytest.skip(reason)
    way = entrance(namespace.kubeconfig)
    assert way.certificate() == "", "without cert-manager's kinds nothing is known"
    spec = {"secretName": "hub", "dnsNames": ["hub.example.org"], "issuerRef": {"name": "letsencrypt"}}
    with cert_manager.kinds(namespace):
        namespace.apply(_object("cert-manager.io/v1", "Certificate", spec=spec))
        for status, told in (("False", WAITING), ("True", "")):
            condition = {"type": "Ready", "status": status, "reason": "Issuing", "message": WAITING}
            _status(namespace, "certificate", {"conditions": [condition]})
            assert way.certificate() == told


def test_who_may_not_look_is_told_nothing(namespace: Cluster, tmp_path: Path) -> None:
    way = entrance(namespace.kubeconfig_of("visitor", tmp_path / "kubeconfig"))
    assert (way.address(), way.certificate()) == ("", "")


def test_the_doctor_looks_for_an_ingress_class(fleet: ClusterFleet) -> None:
    names = ("one", "other")
    said = [_of_the_doctor(fleet)]
    try:
        for name in names:
            spec = {"controller": "example.org/none"}
            fleet.cluster.apply(
                {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": name}, "spec": spec}
            )
        said.append(_of_the_doctor(fleet))
        fleet.cluster.kubectl("annotate", "ingressclass", "other", "ingressclass.kubernetes.io/is-default-class=true")
        said.append(_of_the_doctor(fleet))
    finally:
        fleet.cluster.kubectl("delete", "ingressclass", *names, "--ignore-not-found")
    assert said == [
        ("warning", "there is no ingress class, so that no hub is reached by its domain"),
        ("warning", "none of the ingress classes one, other is the default, so that a hub's file must name one"),
        ("ok", "hubs with a domain are reached by the ingress class other"),
    ]


def _of_the_doctor(fleet: ClusterFleet) -> tuple[str, str]:
    findings = fleet.run("doctor", "onenode", "--format", "json").data["findings"]
    return next((finding["verdict"], finding["found"]) for finding in findings if finding["name"] == "entrance")


def _object(version: str, kind: str, **content: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "hub", "namespace": NAMESPACE}, **content}


def _status(cluster: Cluster, kind: str, status: dict[str, Any]) -> None:
    change = json.dumps({"status": status})
    cluster.kubectl("patch", kind, "hub", "-n", NAMESPACE, "--subresource=status", "--type=merge", "-p", change)
